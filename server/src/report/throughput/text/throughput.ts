/** `model throughput` for people: a table a platform, what was counted, what to know, and where it hurts most. */
import type { Estimate } from '../../../model/cost/estimate.js';
import { count, type Style } from '../../style.js';
import {
  type Axis,
  grouped,
  platformName,
  settingWords,
  sharedNotes,
  slowest,
  varyingAxes,
} from '../series.js';
import type { ThroughputReport, ThroughputRow } from '../types.js';
import { type IntervalText, joined, rateText, ratioText, sizeText, wrapFigures } from '../units.js';
import { type Cells, type Column, type Layout, layoutFor, tableLines, tableWidth } from './columns.js';
import { countedLines } from './counted.js';
import { simulatedLines } from './simulated.js';

export function throughputToText(report: ThroughputReport, style: Style): string {
  const varying = varyingAxes(report.rows);
  const parts = [
    headLines(report, varying, style),
    ...tables(report.rows, varying, style),
    countedLines(report.rows, varying.has('device'), style),
    simulatedLines(report.rows, style),
    noteLines(report, style),
    wrapFigures(closing(report), style.width).map(style.bold),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** What holds for every row, said once. */
function headLines({ rows }: ThroughputReport, varying: ReadonlySet<Axis>, style: Style): readonly string[] {
  const [first] = rows;
  if (first === undefined) return [];
  return wrapFigures(
    settingWords(first, (axis) => !varying.has(axis)),
    style.width,
  );
}

// ---- what stands in columns

/** One for all tables of a report, so that columns stand below each other from table to table. */
interface Plan {
  /** Along these the rows of one table differ. */
  readonly keys: readonly Axis[];
  /** Else the evidence stands in the heading of its table. */
  readonly hasEvidence: boolean;
  readonly layout: Layout;
  readonly cells: readonly Cells[];
}

/** Depths stand below each other too, and evidence has a column, where the terminal is wide enough. */
function planOf(rows: readonly ThroughputRow[], varying: ReadonlySet<Axis>, style: Style): Plan {
  const shallow: readonly Axis[] = ['blockBytes'];
  const keys: readonly (readonly Axis[])[] = varying.has('depth')
    ? [['blockBytes', 'depth'], shallow]
    : [shallow];
  const plans = keys.flatMap((k) => [planWith(k, true, rows, style), planWith(k, false, rows, style)]);
  return plans.find((plan) => widthOf(plan) <= style.width) ?? planWith(shallow, false, rows, style);
}

function planWith(
  keys: readonly Axis[],
  hasEvidence: boolean,
  rows: readonly ThroughputRow[],
  style: Style,
): Plan {
  const cells = rows.map((row) => rowCells(row, keys, hasEvidence, style));
  return { keys, hasEvidence, cells, layout: layoutFor(columnsOf(keys, hasEvidence), cells, style) };
}

function widthOf({ keys, hasEvidence, cells, layout }: Plan): number {
  return tableWidth(columnsOf(keys, hasEvidence), cells, layout);
}

function columnsOf(keys: readonly Axis[], hasEvidence: boolean): readonly Column[] {
  const depth: readonly Column[] = keys.includes('depth') ? [{ heading: 'depth', align: 'right' }] : [];
  const evidence: readonly Column[] = hasEvidence ? [{ heading: 'evidence', align: 'left' }] : [];
  return [
    { heading: 'block', align: 'right' },
    ...depth,
    { heading: 'requests/s', align: 'right' },
    { heading: 'bytes/s', align: 'right' },
    { heading: 'of plain', align: 'right' },
    { heading: 'held by', align: 'left' },
    { heading: 'lost to', align: 'left' },
    ...evidence,
  ];
}

/** Rows that share a table when its heading says the evidence. */
function byEvidence(rows: readonly ThroughputRow[]): (readonly ThroughputRow[])[] {
  const kinds = [...new Set(rows.map(evidenceOf))];
  return kinds.map((kind) => rows.filter((row) => evidenceOf(row) === kind));
}

function evidenceOf({ estimate }: ThroughputRow): string {
  return estimate === null ? '' : `figures ${estimate.evidence}`;
}

// ---- a table

function tables(rows: readonly ThroughputRow[], varying: ReadonlySet<Axis>, style: Style): string[][] {
  const plan = planOf(rows, varying, style);
  const groups = grouped(rows, plan.keys);
  const split = plan.hasEvidence ? groups : groups.flatMap(byEvidence);
  return split.map((group) => table(group, plan, varying, style));
}

function table(
  group: readonly ThroughputRow[],
  plan: Plan,
  varying: ReadonlySet<Axis>,
  style: Style,
): string[] {
  const heading = headingLines(group, plan, varying, style);
  if (group.every(({ estimate }) => estimate === null)) return heading;
  const own = group.map((row) => rowCells(row, plan.keys, plan.hasEvidence, style));
  const columns = columnsOf(plan.keys, plan.hasEvidence);
  const lines = tableLines(columns, [...own, ...plan.cells], plan.layout, style);
  return [...heading, ...lines.slice(0, own.length + 1)];
}

function headingLines(
  group: readonly ThroughputRow[],
  plan: Plan,
  varying: ReadonlySet<Axis>,
  style: Style,
): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const outcomes = [...new Set(group.map(({ outcome }) => outcome))].join(', ');
  const evidence = plan.hasEvidence ? '' : `  ${evidenceOf(first)}`;
  const nothing = group.every(({ estimate }) => estimate === null) ? ': nothing gets through' : '';
  const said = settingWords(first, (axis) => varying.has(axis) && !plan.keys.includes(axis));
  return [
    `${style.bold(platformName(first.platform))}  ${outcomes}${nothing}${evidence}`.trimEnd(),
    ...wrapFigures(said, style.width - 2).map((line) => `  ${line}`),
  ];
}

function rowCells(row: ThroughputRow, keys: readonly Axis[], hasEvidence: boolean, style: Style): Cells {
  const key = [sizeText(row.blockBytes), ...(keys.includes('depth') ? [String(row.depth)] : [])];
  const { estimate } = row;
  if (estimate === null) return [...key, row.outcome, 'nothing'];
  const evidence = estimate.evidence === 'by analogy' ? style.yellow(estimate.evidence) : estimate.evidence;
  return [
    ...key,
    painted(rateText(estimate.requestsPerSecond), style),
    painted(rateText(estimate.bytesPerSecond), style),
    estimate.ratio === null ? '' : painted(ratioText(estimate.ratio), style),
    estimate.binding,
    estimate.loss ?? '',
    ...(hasEvidence ? [evidence] : []),
  ];
}

/** The best guess stands out from its bounds. */
function painted(text: IntervalText, style: Style): string {
  if (text.low === text.mid && text.mid === text.high) return style.bold(joined(text));
  return `${style.dim(`${text.low}-`)}${style.bold(text.mid)}${style.dim(`-${text.high}`)}${text.unit}`;
}

// ---- what to know, and the last line

function noteLines(report: ThroughputReport, style: Style): string[] {
  return sharedNotes(report).flatMap(({ platforms, text }) => {
    const concerned = platforms.length === 0 ? '' : `${platforms.join(', ')}: `;
    return wrapFigures(`${concerned}${text}`, style.width - 2).map(
      (line, i) => (i === 0 ? '- ' : '  ') + style.dim(line),
    );
  });
}

export function closing(report: ThroughputReport): string {
  const from = `cost parameters ${report.parameters}`;
  const worst = slowest(report.rows);
  const ratio = worst?.estimate?.ratio ?? null;
  if (worst === null || worst.estimate === null || ratio === null) {
    return `${count(report.rows.length, 'estimate')}; ${from}`;
  }
  const where = `${worst.platform}, ${sizeText(worst.blockBytes)} ${worst.op}, ${worst.depth} in flight`;
  return `loses most: ${where}: ${joined(ratioText(ratio))} of ${report.baseline}, ${causeWords(worst.estimate)}; ${from}`;
}

/** What holds the rate, and what of the platform's protection costs most. */
function causeWords({ binding, loss }: Estimate): string {
  return loss === null ? `held by ${binding}` : `held by ${binding}, lost to ${loss}`;
}
