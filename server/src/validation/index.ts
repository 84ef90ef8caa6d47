/** Every figure that is known, beside what the model says of it; and what it is held to. */
import type { CostParameters } from '../model/cost/index.js';
import type {
  ValidationFigures,
  ValidationGroup,
  ValidationReport,
  ValidationRow,
} from '../report/throughput/index.js';
import { kernelColumns, predictKernel } from './kernel-counts/index.js';
import type { Predicted, Unpredicted } from './predicted.js';
import { predictProcessorTime, processorTimeColumns } from './processor-time.js';
import { predictPublished, publishedColumns } from './published.js';
import { machineColumns, predictMachine } from './reference-machine.js';
import { median, quantile, share } from './statistics.js';
import { headingsOf, TableError } from './table.js';
import { isInside, type Target, targets, width } from './targets.js';

export { TableError } from './table.js';

export interface Figures {
  /** As it is named in messages. */
  readonly file: string;
  readonly text: string;
}

/**
 * Compares tables of figures with the model. What a table holds is told from its headings.
 * @throws {TableError} for a table of another kind, or with a cell that cannot be read
 */
export function validate(tables: readonly Figures[], parameters: CostParameters): ValidationReport {
  const predicted: Predicted[] = [];
  const unpredicted: Unpredicted[] = [];
  for (const table of tables) {
    const answer = predictTable(table, parameters);
    predicted.push(...answer.predicted);
    unpredicted.push(...answer.unpredicted);
  }
  return {
    parameters: parameters.version,
    groups: targets.flatMap((target) => groupOf(target, predicted)),
    unpredicted,
    notes: limits,
  };
}

function predictTable(
  { file, text }: Figures,
  parameters: CostParameters,
): { readonly predicted: readonly Predicted[]; readonly unpredicted: readonly Unpredicted[] } {
  const headings = headingsOf(text);
  const isOf = (columns: readonly string[]): boolean => columns.every((column) => headings.includes(column));
  if (isOf(publishedColumns)) return predictPublished(text, file, parameters);
  if (isOf(machineColumns)) return predictMachine(text, file, parameters);
  if (isOf(kernelColumns)) return predictKernel(text, file);
  if (isOf(processorTimeColumns))
    return { predicted: predictProcessorTime(text, file, parameters), unpredicted: [] };
  throw new TableError(
    `${file}:1: no table of figures: neither "${publishedColumns[0]}" to "${publishedColumns.at(-1)}" nor "${machineColumns[0]}" to "${machineColumns.at(-1)}" are its columns`,
  );
}

const limits: readonly string[] = [
  'published network figures are single runs: differences below 10 % are noise',
  'two hosts only: one EPYC of the third generation, one Xeon with TDX that is not named',
  'nothing is published for powerpc, s390 or Arm CCA: their parameters are by analogy and cannot be validated',
  'what an exit costs under TDX is derived, not published',
  "the reference machine's wake-up of 33 us includes nested virtualisation",
];

// ---- groups

function groupOf(target: Target, all: readonly Predicted[]): ValidationGroup[] {
  const rows = all.filter(target.isOf);
  if (rows.length === 0) return [];
  const judged = rows.filter(isJudged(rows));
  const errors = judged.map((p) => errorOf(target, p));
  return [
    {
      id: target.id,
      what: target.what,
      target: target.target,
      rows: rows.map((p) => rowOf(target, p)),
      verdict: judged.length > 0 && target.isMet(errors, judged) ? 'met' : 'missed',
      errorIs: target.errorIs,
      reached: judged.length > 0 ? target.reached(errors, judged) : 'no row to judge by',
      figures: figuresOf(judged, errors),
      notes:
        judged.length === rows.length && judged.every(({ use }) => use === 'calibrate')
          ? [
              'every row of this group is one the parameters are from: this shows how well the curves fit, no more',
            ]
          : [],
    },
  ];
}

/** Rows the parameters are from are judged only where a group has no others. */
function isJudged(rows: readonly Predicted[]): (p: Predicted) => boolean {
  const hasOthers = rows.some(({ use }) => use === 'validate');
  return hasOthers ? ({ use }) => use === 'validate' : () => true;
}

function errorOf(target: Target, p: Predicted): number {
  const { measured, predicted } = target.compares?.(p) ?? {
    measured: p.measured,
    predicted: p.predicted.mid,
  };
  const difference = Math.abs(predicted - measured);
  return target.errorIs === 'absolute' ? difference : difference / measured;
}

function rowOf(target: Target, p: Predicted): ValidationRow {
  const shown = target.compares === undefined ? undefined : p.added;
  return {
    id: p.id,
    what: p.what,
    measured: shown?.measured ?? p.measured,
    predicted: shown?.predicted ?? p.predicted,
    unit: shown?.of ?? p.unit,
    error: errorOf(target, p),
    isInside: isInside(p),
    use: p.use,
    ...(p.cause === undefined ? {} : { bottleneck: p.cause }),
  };
}

function figuresOf(rows: readonly Predicted[], errors: readonly number[]): ValidationFigures {
  // Counts are right or wrong: there is nothing to average.
  const isCounted = rows.every(({ unit }) => unit === 'count');
  const some = <T>(value: T): T | null => (rows.length === 0 || isCounted ? null : value);
  return {
    rows: rows.length,
    meanError: some(errors.reduce((sum, error) => sum + error, 0) / errors.length),
    medianError: some(median(errors)),
    p90Error: some(quantile(errors, 0.9)),
    worstError: some(Math.max(...errors)),
    coverage: some(share(rows, isInside)),
    medianWidth: some(median(rows.map(width))),
  };
}
