/** `model validate` for people: every target and whether it was met; the rows of those missed; the totals. */
import { count, displayWidth, padEnd, type Style, wrap } from '../../style.js';
import type { ValidationGroup, ValidationReport, ValidationRow } from '../types.js';
import { percent, significant, wrapFigures } from '../units.js';
import { type Column, layoutFor, tableLines, tableWidth } from './columns.js';

export interface ValidationTextOptions {
  readonly style: Style;
  /** Whose rows are listed one by one. */
  readonly rows: 'none' | 'missed' | 'all';
}

export function validationToText(report: ValidationReport, options: ValidationTextOptions): string {
  const { style } = options;
  const parts = [
    ...report.groups.map((group) => groupLines(group, style)),
    ...report.groups.filter((group) => isListed(group, options)).map((group) => rowLines(group, style)),
    [...unpredictedWords(report), ...report.notes].flatMap((note) => listItem(note, style)),
    wrap(validationClosing(report), style.width).map(style.bold),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function isListed(group: ValidationGroup, { rows }: ValidationTextOptions): boolean {
  if (group.rows.length === 0) return false;
  switch (rows) {
    case 'none':
      return false;
    case 'missed':
      return group.verdict === 'missed';
    case 'all':
      return true;
    default:
      return rows satisfies never;
  }
}

// ---- a target

const LABEL_WIDTH = 9;

function groupLines(group: ValidationGroup, style: Style): string[] {
  const verdict = group.verdict === 'met' ? style.green('met') : style.red('missed');
  const figures = figureWords(group);
  return [
    ...wrap(group.what, style.width - 13).map((line, i) =>
      i === 0 ? `${padEnd(style.bold(group.id), 5)}${padEnd(verdict, 8)}${line}` : ' '.repeat(13) + line,
    ),
    ...labelled('target', group.target, style),
    ...labelled('reached', group.reached, style),
    ...(figures === '' ? [] : labelled('figures', figures, style)),
    ...group.notes.flatMap((note) => labelled('note', note, style)),
  ];
}

export function figureWords(group: ValidationGroup): string {
  const { figures, rows } = group;
  const error = (value: number): string => errorText(value, group);
  const calibrated = rows.filter(({ use }) => use === 'calibrate').length;
  const said = (label: string, value: number | null, text: (value: number) => string): string[] =>
    value === null ? [] : [`${label} ${text(value)}`];
  return [
    count(figures.rows, 'row'),
    ...(calibrated === 0
      ? []
      : [
          calibrated === rows.length ? 'all used for calibration' : `${calibrated} more used for calibration`,
        ]),
    ...said('mean error', figures.meanError, error),
    ...said('median', figures.medianError, error),
    ...said('p90', figures.p90Error, error),
    ...said('worst', figures.worstError, error),
    ...said('inside the interval', figures.coverage, percent),
    ...said('median width a factor', figures.medianWidth, significant),
  ].join(', ');
}

/** `11.7 %` of what was measured, or `0.117` in the rows' unit. */
export function errorText(error: number, { errorIs }: ValidationGroup): string {
  return errorIs === 'relative' ? percent(error) : significant(error);
}

function labelled(label: string, text: string, style: Style): string[] {
  const hang = ' '.repeat(LABEL_WIDTH + 4);
  return wrapFigures(text, style.width - hang.length).map((line, i) =>
    i === 0 ? `     ${style.dim(label.padEnd(LABEL_WIDTH - 1))}${line}` : hang + line,
  );
}

// ---- its rows

const columns: readonly Column[] = [
  { heading: 'row', align: 'left' },
  { heading: 'what', align: 'left' },
  { heading: 'measured', align: 'right' },
  { heading: 'predicted', align: 'right' },
  { heading: '', align: 'left' },
  { heading: 'error', align: 'right' },
  { heading: '', align: 'left' },
];

/** What a row is about is cut where the figures need the room, but not below this. */
const WHAT_WIDTH = 16;

function rowLines(group: ValidationGroup, style: Style): string[] {
  const cellsWith = (room: number): string[][] =>
    group.rows.map((row) => rowCells(row, group, cut(row.what, room), style));
  const layout = layoutFor(columns, cellsWith(WHAT_WIDTH), style);
  const taken = tableWidth(columns, cellsWith(0), layout) - 'what'.length;
  const room = Math.max(WHAT_WIDTH, style.width - taken);
  return [style.bold(`${group.id}, row by row`), ...tableLines(columns, cellsWith(room), layout, style)];
}

function rowCells(row: ValidationRow, group: ValidationGroup, what: string, style: Style): string[] {
  return [
    row.id,
    what,
    significant(row.measured),
    predictedText(row),
    row.unit,
    row.error === null ? '' : errorText(row.error, group),
    standing(row, style),
  ];
}

export function predictedText({ predicted: { low, mid, high } }: ValidationRow): string {
  const texts = [low, mid, high].map((value) => significant(value));
  return new Set(texts).size === 1 ? (texts[0] ?? '') : texts.join('-');
}

function standing(row: ValidationRow, style: Style): string {
  if (row.use === 'calibrate') return style.dim('calibrates');
  return row.isInside ? 'inside' : style.yellow('outside');
}

function cut(text: string, width: number): string {
  if (width < 4) return '';
  return displayWidth(text) <= width ? text : `${[...text].slice(0, width - 3).join('')}...`;
}

// ---- the totals

/** Columns of a list of names. */
const MAX_NAMES = 120;

/** Figures left out for the same reason stand together. */
function unpredictedWords({ unpredicted = [] }: ValidationReport): readonly string[] {
  const reasons = [...new Set(unpredicted.map(({ why }) => why))];
  return reasons.map((reason) => {
    const ids = unpredicted.filter(({ why }) => why === reason).map(({ id }) => id);
    const named = ids.join(', ');
    // A kernel's row is named by its whole setting; JSON has them all.
    return `no prediction for ${named.length <= MAX_NAMES ? named : `${ids.length} rows`}: ${reason}`;
  });
}

function listItem(text: string, style: Style): string[] {
  return wrap(text, style.width - 2).map((line, i) => (i === 0 ? '- ' : '  ') + style.dim(line));
}

function fittedWords(groups: readonly ValidationGroup[]): string {
  const fitted = groups.filter((group) => group.verdict === 'met' && isFittedOnly(group));
  return fitted.length === 0 ? '' : ` (${fitted.map(({ id }) => id).join(' and ')} by the rows fitted to)`;
}

/** No row of it was held out: that a target is met says only that the curves fit. */
export function isFittedOnly({ rows }: ValidationGroup): boolean {
  return rows.length > 0 && rows.every(({ use }) => use === 'calibrate');
}

export function validationClosing({ groups, parameters }: ValidationReport): string {
  const missed = groups.filter(({ verdict }) => verdict === 'missed');
  // Counts have no interval; a row that serves two targets is one row.
  const held = new Map(
    groups.flatMap(({ rows }) =>
      rows
        .filter(({ use, unit }) => use === 'validate' && unit !== 'count')
        .map((row) => [row.id, row] as const),
    ),
  );
  const inside = [...held.values()].filter(({ isInside }) => isInside).length;
  const said =
    missed.length === 0
      ? `${count(groups.length, 'target')} met${fittedWords(groups)}`
      : `${groups.length - missed.length} of ${count(groups.length, 'target')} met${fittedWords(groups)}, missed: ${missed.map(({ id }) => id).join(', ')}`;
  return `${said}; ${inside} of ${count(held.size, 'held-out row')} inside their interval; cost parameters ${parameters}`;
}
