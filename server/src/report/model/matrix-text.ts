/** `model matrix` for people: platforms down, devices and policies across, outcomes as words. */
import type { Cell, Matrix, NamedDevice, Platform, Policy } from '../../model/index.js';
import { count, padEnd, type Style, wrap } from '../style.js';
import { type Block, COLUMN_GAP, differingCells, GROUP_GAP, Grid, HYPOTHETICAL } from './grid.js';
import { hasHypothetical, hypotheticalMeaning, legendOf } from './legend.js';
import { isHypothetical, paintOf, standingOf, wordOf } from './outcome-words.js';
import { traceCommand } from './trace-command.js';

export interface MatrixTextOptions {
  readonly style: Style;
  /** Leaves out what explains policies and outcomes. */
  readonly isQuiet: boolean;
  /** Options that `model trace` needs besides, such as `--tree linux`; '' for none. */
  readonly traceOptions: string;
}

export function matrixToText(matrix: Matrix, options: MatrixTextOptions): string {
  const grid = new Grid(matrix);
  const { style } = options;
  const tables = grid.blocks(style.width).map((block) => table(grid, block, style));
  const legend = options.isQuiet ? [] : [policyLegend(matrix, style), outcomeLegend(matrix, style)];
  return `${[...tables, ...legend, closing(grid, options)].filter((part) => part !== '').join('\n\n')}\n`;
}

// ---- the table

function table(grid: Grid, block: Block, style: Style): string {
  const rows = grid.matrix.platforms.map((platform) => row(grid, block, platform, style));
  return [...headings(block, style), ...rows].map((line) => line.trimEnd()).join('\n');
}

function headings(block: Block, style: Style): string[] {
  const margin = ' '.repeat(block.rowWidth);
  const devices = block.groups.map((group) => padEnd(style.bold(group.heading), group.width));
  const policies = block.groups.map((group) =>
    padEnd(
      group.columns.map((column) => padEnd(style.dim(column.heading), column.width)).join(gap(COLUMN_GAP)),
      group.width,
    ),
  );
  return [margin + inGroups(devices), margin + inGroups(policies)];
}

function row(grid: Grid, block: Block, platform: Platform, style: Style): string {
  const groups = block.groups.map((group) => {
    const words = group.columns.map((column) =>
      padEnd(paintedWord(grid, platform, group.device, column.policy, style), column.width),
    );
    return padEnd(words.join(gap(COLUMN_GAP)), group.width);
  });
  return padEnd(block.rowLabel(platform), block.rowWidth) + inGroups(groups);
}

function paintedWord(
  grid: Grid,
  platform: Platform,
  device: NamedDevice,
  policy: Policy,
  style: Style,
): string {
  const cell = grid.cell(platform, device, policy);
  if (cell === null) return '';
  return paintOf(cell.result.outcome, style)(grid.word(platform, device, policy));
}

function inGroups(groups: readonly string[]): string {
  return groups.map((group, i) => gap(i === 0 ? COLUMN_GAP : GROUP_GAP) + group).join('');
}

function gap(columns: number): string {
  return ' '.repeat(columns);
}

// ---- what it means

function policyLegend(matrix: Matrix, style: Style): string {
  return entries(
    matrix.policies.map(({ id, title }) => ({ words: [id], paint: style.bold, meaning: title })),
    style,
  );
}

function outcomeLegend(matrix: Matrix, style: Style): string {
  const rows = legendOf(matrix).map((entry): Entry => ({ ...entry, paint: paintOf(entry.outcome, style) }));
  const star: Entry = { words: [HYPOTHETICAL], paint: (word) => word, meaning: hypotheticalMeaning };
  return entries(hasHypothetical(matrix) ? [...rows, star] : rows, style);
}

interface Entry {
  readonly words: readonly string[];
  readonly paint: (word: string) => string;
  readonly meaning: string;
}

function entries(rows: readonly Entry[], style: Style): string {
  const width = Math.max(...rows.map(({ words }) => words.join(', ').length));
  const hang = ' '.repeat(width + COLUMN_GAP);
  return rows
    .flatMap(({ words, paint, meaning }) => {
      const head = padEnd(words.map(paint).join(', '), width) + gap(COLUMN_GAP);
      const lines = wrap(meaning, style.width - hang.length);
      return lines.map((line, i) => (i === 0 ? head : hang) + style.dim(line));
    })
    .join('\n');
}

// ---- the last line

function closing(grid: Grid, options: MatrixTextOptions): string {
  const { matrix } = grid;
  const [first] = matrix.policies;
  const others = matrix.policies.slice(1);
  if (first === undefined) return '';
  if (others.length === 0) return verdict(tally(matrix), worstOf(matrix.cells), options);
  const differing = differingCells(grid);
  if (differing.length === 0) return options.style.bold(`no cell differs from ${first.id}`);
  const said = `${count(differing.length, 'cell differs', 'cells differ')} from ${first.id}`;
  return verdict(said, exampleOf(grid, differing), options);
}

/** The difference that says most: on a platform that the policy's guests really ran on, if there is one. */
function exampleOf({ matrix }: Grid, cells: readonly Cell[]): Cell | undefined {
  const isReal = (cell: Cell): boolean => {
    const platform = matrix.platforms.find(({ id }) => id === cell.platform);
    const policy = matrix.policies.find(({ id }) => id === cell.policy);
    return platform !== undefined && policy !== undefined && !isHypothetical(platform, policy);
  };
  return cells.find(isReal) ?? cells[0];
}

function worstOf(cells: readonly Cell[]): Cell | undefined {
  return (
    cells.find(({ result }) => standingOf(result.outcome) === 'fails') ??
    cells.find(({ result }) => standingOf(result.outcome) !== 'works') ??
    cells[0]
  );
}

/** `22 cells: 11 bounced, 4 direct, 7 -ENODEV` */
function tally({ cells }: Matrix): string {
  const counts = new Map<string, number>();
  for (const { result } of cells) counts.set(wordOf(result), (counts.get(wordOf(result)) ?? 0) + 1);
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([word, n]) => `${n} ${word}`);
  return `${count(cells.length, 'cell')}: ${parts.join(', ')}`;
}

/** The sentence, and the command that shows one cell of it step by step: whole, so that it can be copied. */
function verdict(said: string, cell: Cell | undefined, { style, traceOptions }: MatrixTextOptions): string {
  if (cell === undefined) return said;
  const sentence = wrap(`${said}; one of them, step by step:`, style.width).map(style.bold);
  return [...sentence, `  ${style.cyan(traceCommand(cell, traceOptions))}`].join('\n');
}
