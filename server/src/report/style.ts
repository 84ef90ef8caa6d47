/** How a text report looks on the terminal it goes to: colours, signs and width. */

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly green: Paint;
  readonly blue: Paint;
  readonly cyan: Paint;
  readonly magenta: Paint;
  /** Before a quoted source line. */
  readonly bar: string;
  /** Between a value and what it comes from. */
  readonly from: string;
  /** Columns; nothing but a quoted source line is wider. */
  readonly width: number;
}

export interface StyleOptions {
  readonly isColoured: boolean;
  readonly isUnicode: boolean;
  readonly width: number;
}

const plain: Paint = (text) => text;

export function makeStyle(options: StyleOptions): Style {
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`;
  const colour = (open: number, close: number): Paint => (options.isColoured ? paint(open, close) : plain);
  return {
    bold: colour(1, 22),
    dim: colour(2, 22),
    red: colour(31, 39),
    yellow: colour(33, 39),
    green: colour(32, 39),
    blue: colour(34, 39),
    cyan: colour(36, 39),
    magenta: colour(35, 39),
    bar: options.isUnicode ? '│' : '|',
    from: options.isUnicode ? '←' : '<-',
    width: Math.min(120, Math.max(80, options.width)),
  };
}

/** For files and pipes: no colour, ASCII only, so that it can be pasted into a mail. */
export const plainStyle: Style = makeStyle({ isColoured: false, isUnicode: false, width: 100 });

const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** Columns that `text` takes on a terminal, for the alphabets that occur in kernel sources. */
export function displayWidth(text: string): number {
  return [...text.replace(escapes, '')].length;
}

/** Pads with spaces on the right to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Breaks `text` at spaces into lines of at most `width` columns; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (word === '') continue;
    const candidate = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(candidate) > width) {
      lines.push(line);
      line = word;
    } else {
      line = candidate;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** Without the characters that would drive the terminal or break the layout; tabs become four spaces. */
export function harmless(text: string): string {
  return text
    .replaceAll('\t', '    ')
    .replace(/\p{Cc}|\p{Cf}/gu, (c) => (c === '\n' || c === '\r' ? ' ' : '\ufffd'));
}

/** Text from outside (source, file names, reasons) as one clean line. */
export function printable(text: string): string {
  return harmless(text).trimEnd();
}

/** `1 file`, `2 files`; the plural is regular unless given. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US').replaceAll(',', ' ')} ${n === 1 ? one : many}`;
}
