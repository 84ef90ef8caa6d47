/** Tables of figures: tab-separated text with a line of headings. */

export interface Table<Column extends string> {
  /** As it was named in messages. */
  readonly file: string;
  readonly rows: readonly Row<Column>[];
}

export interface Row<Column extends string> {
  /** From 1; the headings stand on line 1. */
  readonly line: number;
  readonly cell: (column: Column) => string;
}

export class TableError extends Error {
  override readonly name = 'TableError';
}

/**
 * Reads a table that has the given columns, in any order, and perhaps others.
 * @throws {TableError} naming file and line
 */
export function readTable<Column extends string>(
  text: string,
  file: string,
  columns: readonly Column[],
): Table<Column> {
  const lines = text.split(/\r?\n/);
  const headings = lines[0]?.split('\t') ?? [];
  const missing = columns.filter((column) => !headings.includes(column));
  if (missing.length > 0) throw new TableError(`${file}:1: no column "${missing.join('", "')}"`);
  const indexOf = new Map(headings.map((heading, i) => [heading, i]));
  const rows = lines.slice(1).flatMap((text_, i): Row<Column>[] => {
    if (text_ === '') return [];
    const cells = text_.split('\t');
    if (cells.length > headings.length)
      throw new TableError(`${file}:${i + 2}: ${cells.length} cells under ${headings.length} headings`);
    return [{ line: i + 2, cell: (column) => cells[indexOf.get(column) ?? -1] ?? '' }];
  });
  return { file, rows };
}

/** Headings of a text, to tell what kind of table it is; remarks before them are passed over. */
export function headingsOf(text: string): readonly string[] {
  const heading = text.split(/\r?\n/).find((line) => line !== '' && !line.startsWith('#')) ?? '';
  return heading.split('\t');
}

/**
 * A cell as a number.
 * @throws {TableError} naming file and line
 */
export function numberIn<Column extends string>(
  table: Table<Column>,
  row: Row<Column>,
  column: Column,
): number {
  const text = row.cell(column);
  const value = Number(text);
  if (text === '' || !Number.isFinite(value))
    throw new TableError(`${table.file}:${row.line}: "${text}" in column "${column}" is not a number`);
  return value;
}
