/** Parts laid end to end against a limit: what fits, what is free, what goes beyond. */
import { type BarChart, type BarPart, CHART_WIDTH, type Drawing, type Texture } from './chart.js';
import { legendPart, notesPart, PAD, slug, titlePart } from './frame.js';
import { fontSize, textWidth } from './labels.js';
import { seriesClass } from './look.js';
import { coordinate, element, textAt } from './svg.js';

const BAR_HEIGHT = 30;

/** What is there has at least a visible stripe. */
const LEAST_WIDTH = 3;

export function drawBarChart(chart: BarChart, width = CHART_WIDTH): Drawing {
  const parts = chart.parts.filter(({ value }) => value > 0);
  const title = titlePart(chart.title, width);
  const top = title.height + 24;
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  const scale = (width - 2 * PAD) / Math.max(chart.limit.value, total, 1);
  const limitAt = PAD + chart.limit.value * scale;
  const ids = slug(chart.title);
  const below = top + BAR_HEIGHT + (total > chart.limit.value ? 22 : 10);
  const legend = legendPart(
    parts.map((part, i) => ({ label: `${part.label}: ${chart.format(part.value)}`, glyph: swatch(i, ids) })),
    below,
    width,
  );
  const notes = notesPart(chart.notes, below + legend.height, width);
  const body = [
    element('defs', {}, ...parts.map((part, i) => textureOf(part.texture, i, ids))),
    title.body,
    freeOf(chart, total, limitAt, scale, top),
    ...laid(parts, scale).map(({ from, to }, i) => segment(i, from, to, top, ids)),
    limitLine(chart, limitAt, top, width),
    beyond(chart, total, limitAt, scale, top),
    legend.body,
    notes.body,
  ];
  return {
    title: chart.title,
    description: describe(chart, total),
    width,
    height: below + legend.height + notes.height + PAD,
    body: body.join(''),
  };
}

/** Where each part begins and ends. A sliver too thin to see is drawn wider, over its neighbour. */
function laid(
  parts: readonly BarPart[],
  scale: number,
): readonly { readonly from: number; readonly to: number }[] {
  let at = PAD;
  return parts.map(({ value }) => {
    const from = at;
    at += value * scale;
    return { from, to: Math.max(at, from + LEAST_WIDTH) };
  });
}

function segment(index: number, from: number, to: number, top: number, ids: string): string {
  return element('rect', {
    x: from,
    y: top,
    width: to - from,
    height: BAR_HEIGHT,
    fill: `url(#${ids}-${index})`,
    class: 'vc-part',
  });
}

function swatch(index: number, ids: string): (x: number, y: number) => string {
  return (x, y) =>
    element('rect', { x, y: y - 6, width: 22, height: 12, fill: `url(#${ids}-${index})`, class: 'vc-part' });
}

/** Told apart without colour. */
function textureOf(texture: Texture, index: number, ids: string): string {
  const cell = { id: `${ids}-${index}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' };
  const ground = element('rect', {
    width: 8,
    height: 8,
    class: texture === 'solid' ? 'vc-full' : 'vc-full vc-pale',
  });
  const group = (...over: readonly string[]): string =>
    element('g', { class: seriesClass(index) }, ground, ...over);
  switch (texture) {
    case 'solid':
      return element('pattern', cell, group());
    case 'stripes': {
      const stripe = element('rect', { width: 4, height: 8, class: 'vc-full' });
      return element('pattern', { ...cell, patternTransform: 'rotate(45)' }, group(stripe));
    }
    case 'dots':
      return element('pattern', cell, group(element('circle', { cx: 4, cy: 4, r: 2, class: 'vc-full' })));
    default:
      return texture satisfies never;
  }
}

// ---- the limit

function freeOf(
  { limit, format }: BarChart,
  total: number,
  limitAt: number,
  scale: number,
  top: number,
): string {
  const from = PAD + total * scale;
  if (total >= limit.value) return '';
  const words = `free: ${format(limit.value - total)}`;
  const room = limitAt - from;
  const rect = element('rect', { x: from, y: top, width: room, height: BAR_HEIGHT, class: 'vc-zone' });
  if (textWidth(words, fontSize.faint) > room - 12) return rect;
  return (
    rect +
    textAt((from + limitAt) / 2, top + BAR_HEIGHT / 2 + 4, words, { class: 'vc-faint', anchor: 'middle' })
  );
}

function limitLine({ limit }: BarChart, limitAt: number, top: number, width: number): string {
  const half = textWidth(limit.label, fontSize.text) / 2;
  const middle = Math.min(width - PAD - half, Math.max(PAD + half, limitAt));
  return (
    element('path', { d: `M${coordinate(limitAt)} ${top - 5}v${BAR_HEIGHT + 10}`, class: 'vc-limit' }) +
    textAt(middle, top - 9, limit.label, { class: 'vc-text', anchor: 'middle' })
  );
}

function beyond(
  { limit, format }: BarChart,
  total: number,
  limitAt: number,
  scale: number,
  top: number,
): string {
  if (total <= limit.value) return '';
  const end = PAD + total * scale;
  const words = `${format(total - limit.value)} too many`;
  const y = top + BAR_HEIGHT + 4;
  return (
    element('path', { d: `M${coordinate(limitAt)} ${y}H${coordinate(end)}`, class: 'vc-alarm-line' }) +
    textAt(end, y + 13, words, { class: 'vc-alarm', anchor: 'end' })
  );
}

function describe({ parts, limit, format, notes }: BarChart, total: number): string {
  const rest = limit.value - total;
  return [
    ...parts.map(({ label, value }) => `${label}: ${format(value)}.`),
    `Limit: ${limit.label}.`,
    rest >= 0 ? `Free: ${format(rest)}.` : `Beyond the limit: ${format(-rest)}.`,
    ...notes,
  ].join(' ');
}
