/** Tables of figures: tab-separated text with a line of headings. */

export interface Table<Column extends string> {
  /** As it was named in messages. */
  readonly file: string;
  readonly rows: readonly Row<Column>[];
}

export interface Row<Column extends string> {
  /** From 1. */
  readonly line: number;
  readonly cell: (column: Column) => string;
}

export class TableError extends Error {
  override readonly name = 'TableError';
}

/**
 * Reads a table that has the given columns, in any order, and perhaps others. Lines that begin with # are remarks.
 * @throws {TableError} naming file and line
 */
export function readTable<Column extends string>(
  text: string,
  file: string,
  columns: readonly Column[],
): Table<Column> {
  const lines = linesOf(text);
  const [first, ...others] = lines.filter(({ content }) => content !== '' && !content.startsWith('#'));
  const headings = first?.content.split('\t') ?? [];
  const missing = columns.filter((column) => !headings.includes(column));
  if (missing.length > 0) throw new TableError(`${file}:1: no column "${missing.join('", "')}"`);
  const indexOf = new Map(headings.map((heading, i) => [heading, i]));
  const rows = others.map(({ line, content }): Row<Column> => {
    const cells = content.split('\t');
    if (cells.length > headings.length)
      throw new TableError(`${file}:${line}: ${cells.length} cells under ${headings.length} headings`);
    return { line, cell: (column) => cells[indexOf.get(column) ?? -1] ?? '' };
  });
  return { file, rows };
}

/** Headings of a text, to tell what kind of table it is; remarks before them are passed over. */
export function headingsOf(text: string): readonly string[] {
  const first = linesOf(text).find(({ content }) => content !== '' && !content.startsWith('#'));
  return first?.content.split('\t') ?? [''];
}

/** Without the byte order mark that some programs put before a text. */
function linesOf(text: string): readonly { readonly line: number; readonly content: string }[] {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return plain.split(/\r?\n/).map((content, i) => ({ line: i + 1, content }));
}

/**
 * A cell as one of some words.
 * @throws {TableError} naming file and line
 */
export function wordIn<Column extends string, const Word extends string>(
  table: Table<Column>,
  row: Row<Column>,
  column: Column,
  words: readonly Word[],
): Word {
  const text = row.cell(column);
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new TableError(
    `${table.file}:${row.line}: "${text}" in column "${column}" is none of ${words.join(', ')}`,
  );
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

/**
 * A cell as a number above 0: rates and times are, and others are divided by them.
 * @throws {TableError} naming file and line
 */
export function positiveIn<Column extends string>(
  table: Table<Column>,
  row: Row<Column>,
  column: Column,
): number {
  const value = numberIn(table, row, column);
  if (value > 0) return value;
  throw new TableError(
    `${table.file}:${row.line}: "${row.cell(column)}" in column "${column}" is not more than 0`,
  );
}
