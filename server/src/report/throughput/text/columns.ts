/** Tables of figures on a terminal: columns as wide as what stands in them, figures to the right. */
import { displayWidth, padEnd, type Style } from '../../style.js';

export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
}

/** Cells may carry colour. */
export type Cells = readonly string[];

export interface Layout {
  readonly indent: number;
  readonly gap: number;
}

const roomy: Layout = { indent: 2, gap: 2 };
const tight: Layout = { indent: 0, gap: 1 };

export function tableWidth(columns: readonly Column[], rows: readonly Cells[], layout: Layout): number {
  const widths = widthsOf(columns, rows);
  return widths.reduce((sum, width) => sum + width, layout.indent + layout.gap * (columns.length - 1));
}

/** Roomy where it fits the terminal, without space to spare where not. */
export function layoutFor(columns: readonly Column[], rows: readonly Cells[], style: Style): Layout {
  return tableWidth(columns, rows, roomy) <= style.width ? roomy : tight;
}

export function tableLines(
  columns: readonly Column[],
  rows: readonly Cells[],
  layout: Layout,
  style: Style,
): string[] {
  const widths = widthsOf(columns, rows);
  const line = (cells: Cells): string =>
    (
      ' '.repeat(layout.indent) +
      columns.map(({ align }, i) => pad(cells[i] ?? '', widths[i] ?? 0, align)).join(' '.repeat(layout.gap))
    ).trimEnd();
  const headings = columns.map(({ heading }) => (heading === '' ? '' : style.dim(heading)));
  return [line(headings), ...rows.map(line)];
}

function widthsOf(columns: readonly Column[], rows: readonly Cells[]): number[] {
  return columns.map(({ heading }, i) =>
    rows.reduce((width, row) => Math.max(width, displayWidth(row[i] ?? '')), displayWidth(heading)),
  );
}

function pad(text: string, width: number, align: Column['align']): string {
  return align === 'left' ? padEnd(text, width) : ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}
