/** `model pool` for people: what is asked of the bounce pool, whether it holds, and how it would show if not. */
import { SLOT_BYTES } from '../../../model/bounce/units.js';
import { padEnd, type Style } from '../../style.js';
import { demanded, kindWords } from '../pool.js';
import { platformName } from '../series.js';
import type { Demand, PoolReport, PoolVerdict } from '../types.js';
import { countText, percent, sizeText, wrapFigures } from '../units.js';
import { type Column, type Layout, tableLines, tableWidth } from './columns.js';

export function poolToText(reports: readonly PoolReport[], style: Style): string {
  return `${reports.map((report) => poolLines(report, style).join('\n')).join('\n\n')}\n`;
}

function poolLines(report: PoolReport, style: Style): string[] {
  const { pool } = report;
  return [
    `${style.bold(platformName(report.platform))}  ${verdictWord(report.verdict, style)}`,
    ...labelled('workload', report.workload, style),
    ...labelled('pool', `${countText(pool.slots)} slots, ${sizeText(pool.bytes)} (${pool.origin})`, style),
    '',
    ...demandLines(report, style),
    '',
    gauge(report, style),
    '',
    ...labelled('verdict', report.why, style),
    ...report.fallsOverAt.flatMap((at, i) => labelled(i === 0 ? 'falls over' : '', `at ${at}`, style)),
    ...report.shows.flatMap((show, i) => labelled(i === 0 ? 'how it shows' : '', show, style)),
    ...recommendation(report, style),
    ...report.notes.flatMap((note, i) => labelled(i === 0 ? 'note' : '', note, style)),
  ];
}

function verdictWord(verdict: PoolVerdict, style: Style): string {
  switch (verdict) {
    case 'fits':
      return style.green('fits');
    case 'tight':
      return style.yellow('tight');
    case 'fails':
      return style.red('fails');
    default:
      return verdict satisfies never;
  }
}

// ---- who asks for what

const figureColumns: readonly Column[] = [
  { heading: '', align: 'left' },
  { heading: 'slots', align: 'right' },
  { heading: 'memory', align: 'right' },
  { heading: 'of pool', align: 'right' },
];

/** The first column is the sign that stands for the demand in the gauge. */
function demandLines(report: PoolReport, style: Style): string[] {
  const total = demanded(report);
  const figures = (slots: number): string[] => [
    countText(slots),
    sizeText(slots * SLOT_BYTES),
    share(slots, report.pool.slots),
  ];
  const rows = [
    ...report.demands.map(({ slots, kind }) => [signs[kind], ...figures(slots)]),
    ['', ...figures(total).map(style.bold)],
  ];
  const layout: Layout = { indent: 2, gap: 2 };
  const [heading = '', ...lines] = tableLines(figureColumns, rows, layout, style);
  const width = tableWidth(figureColumns, rows, layout) + 2;
  const words = [...report.demands.map(({ what }) => what), 'together'];
  return [
    heading,
    ...words.flatMap((what, i) =>
      wrapFigures(what, style.width - width).map(
        (line, n) => padEnd(n === 0 ? (lines[i] ?? '') : '', width) + line,
      ),
    ),
  ];
}

function share(slots: number, pool: number): string {
  return pool === 0 ? 'no pool' : percent(slots / pool);
}

// ---- the fill, drawn

const signs: Readonly<Record<Demand['kind'], string>> = { posted: '#', standing: '=', 'in flight': '+' };

/**
 * `[######++++....]`: the bracket stands where the pool ends; what goes beyond stands behind it. Everything asked for
 * has at least one sign.
 */
function gauge(report: PoolReport, style: Style): string {
  const width = style.width - 6;
  const scale = Math.max(report.pool.slots, demanded(report), 1);
  const wanted = report.demands
    .map(({ slots, kind }) => signs[kind].repeat(slots === 0 ? 0 : Math.max(1, round(slots, scale, width))))
    .join('')
    .slice(0, width);
  const inside = Math.max(1, round(report.pool.slots, scale, width));
  const drawn = wanted.padEnd(inside, '.');
  const beyond = drawn.slice(inside);
  return `  [${drawn.slice(0, inside)}]${style.red(beyond)}\n  ${style.dim(gaugeLegend(report))}`;
}

function gaugeLegend(report: PoolReport): string {
  const kinds = (['posted', 'standing', 'in flight'] as const).filter((kind) =>
    report.demands.some((demand) => demand.kind === kind && demand.slots > 0),
  );
  return [...kinds.map((kind) => `${signs[kind]} ${kindWords[kind]}`), '. free', '] end of the pool'].join(
    '   ',
  );
}

function round(slots: number, scale: number, width: number): number {
  return Math.round((slots / scale) * width);
}

// ---- words beside labels

function recommendation({ recommended }: PoolReport, style: Style): string[] {
  if (recommended === null) return [];
  const { bootOption, slots } = recommended;
  const text = `${bootOption} (${countText(slots)} slots, ${sizeText(slots * SLOT_BYTES)})`;
  return labelled('boot with', text, style);
}

const LABEL_WIDTH = 12;

function labelled(label: string, text: string, style: Style): string[] {
  const hang = ' '.repeat(LABEL_WIDTH + 4);
  return wrapFigures(text, style.width - hang.length).map((line, i) =>
    i === 0 ? `  ${style.dim(padEnd(label, LABEL_WIDTH))}  ${line}` : hang + line,
  );
}
