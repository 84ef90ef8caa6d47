/** The page of docs/ that shows the model's figures against measured ones, with its pictures as files beside it. */
import { dotChart } from '../charts/index.js';
import { validationCharts } from './charts/validation.js';
import { errorText, figureWords, isFittedOnly, predictedText, validationClosing } from './text/validation.js';
import type { ValidationGroup, ValidationReport, ValidationRow } from './types.js';
import { significant } from './units.js';

export interface ValidationPage {
  /** Markdown, without the page's own heading. */
  readonly markdown: string;
  readonly plots: readonly Plot[];
}

export interface Plot {
  /** Name of the file, below the folder given. */
  readonly file: string;
  readonly svg: string;
}

/** `folder` is where the page finds its pictures: `validation`. A group with more rows shows those outside only. */
export function validationPage(report: ValidationReport, folder: string, mostRows = 80): ValidationPage {
  const charts = validationCharts(report).map((chart) => ({
    title: chart.title,
    plot: { file: `${fileName(chart.unit)}.svg`, svg: dotChart(chart) },
  }));
  const parts = [
    `${validationClosing(report)}.`,
    overview(report.groups),
    ...(report.notes.length === 0 ? [] : [report.notes.map((note) => `- ${inline(note)}`).join('\n')]),
    ...charts.map(({ title, plot }) => `![${inline(title)}](${folder}/${plot.file})`),
    ...report.groups.map((group) => section(group, mostRows)),
    ...unpredictedSection(report),
  ];
  return { markdown: `${parts.join('\n\n')}\n`, plots: charts.map(({ plot }) => plot) };
}

function unpredictedSection({ unpredicted = [] }: ValidationReport): readonly string[] {
  if (unpredicted.length === 0) return [];
  const rows = unpredicted.map(({ id, why }) => [id, why]);
  return ['## Without a prediction', table(['row', 'why'], rows)];
}

function overview(groups: readonly ValidationGroup[]): string {
  return table(
    ['', 'what', 'target', 'reached', ''],
    groups.map((group) => [group.id, group.what, group.target, group.reached, verdict(group)]),
  );
}

function verdict(group: ValidationGroup): string {
  if (group.verdict === 'missed') return '**missed**';
  return isFittedOnly(group) ? 'met, by the rows it was fitted to' : 'met';
}

function section(group: ValidationGroup, mostRows: number): string {
  const shown = group.rows.length <= mostRows ? group.rows : group.rows.filter((row) => !row.isInside);
  const left = group.rows.length - shown.length;
  return [
    `## ${group.id}: ${inline(group.what)}`,
    `Target: ${inline(group.target)}. Reached: ${inline(group.reached)}: ${verdict(group)}. Figures: ${figureWords(group)}.`,
    ...group.notes.map(inline),
    ...(shown.length === 0 ? [] : [rowTable(shown, group)]),
    ...(left === 0
      ? []
      : [`${shown.length === 0 ? `All ${left}` : `${left} more`} rows lie inside their interval.`]),
  ].join('\n\n');
}

function rowTable(rows: readonly ValidationRow[], group: ValidationGroup): string {
  const hasBottleneck = rows.some(({ bottleneck }) => bottleneck !== undefined);
  const head = ['row', 'what', 'measured', 'predicted', 'unit', 'error', ''];
  const cells = rows.map((row) => [
    row.id,
    row.what,
    significant(row.measured),
    predictedText(row),
    row.unit,
    row.error === null ? '' : errorText(row.error, group),
    row.use === 'calibrate' ? 'calibrates' : row.isInside ? 'inside' : '**outside**',
    ...(hasBottleneck ? [bottleneckWords(row)] : []),
  ]);
  return table(hasBottleneck ? [...head, 'held by'] : head, cells);
}

function bottleneckWords({ bottleneck }: ValidationRow): string {
  if (bottleneck === undefined) return '';
  const { said, known } = bottleneck;
  return known.includes(said) ? said : `said ${said}, known ${known.join(' or ')}`;
}

// ---- Markdown

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function inline(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('[', '\\[');
}

/** `Gb/s`: `gb-s`. */
function fileName(unit: string): string {
  return unit
    .toLowerCase()
    .replaceAll('%', 'percent')
    .replace(/[^a-z0-9]+/g, '-');
}
