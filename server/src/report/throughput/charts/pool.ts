/** `model pool` drawn: what is asked for, laid end to end against the pool. */
import {
  type BarChart,
  type Drawing,
  drawBarChart,
  drawMultiples,
  svgOf,
  type Texture,
} from '../../charts/index.js';
import { slotsText } from '../pool.js';
import { platformName } from '../series.js';
import type { DemandKind, PoolReport } from '../types.js';

const textures: Readonly<Record<DemandKind, Texture>> = {
  posted: 'solid',
  standing: 'dots',
  'in flight': 'stripes',
};

export function poolToSvg(reports: readonly PoolReport[]): string {
  return svgOf(drawMultiples('Fill of the bounce pool', reports.map(poolDrawing), 1));
}

export function poolDrawing(report: PoolReport): Drawing {
  return drawBarChart(poolChart(report));
}

export function poolChart({
  platform,
  verdict,
  pool,
  demands,
  fallsOverAt,
  recommended,
}: PoolReport): BarChart {
  return {
    title: `${platformName(platform)}: ${verdict}`,
    parts: demands.map(({ what, slots, kind }) => ({ label: what, value: slots, texture: textures[kind] })),
    limit: { value: pool.slots, label: `pool of ${slotsText(pool.slots)}` },
    format: slotsText,
    notes: [
      ...fallsOverAt.map((at) => `Falls over at ${at}.`),
      ...(recommended === null ? [] : [`Boot with ${recommended.bootOption}.`]),
    ],
  };
}
