/** Offsets of a text (UTF-16 units) to the protocol's positions and back. */

export type Encoding = 'utf-8' | 'utf-16' | 'utf-32';

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Lines end as the protocol says: LF, CRLF or CR. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

export function positionAt(text: string, offset: number, encoding: Encoding): Position {
  const starts = lineStarts(text);
  let line = starts.length - 1;
  while ((starts[line] as number) > offset) line -= 1;
  return { line, character: units(text.slice(starts[line], offset), encoding) };
}

export function offsetAt(text: string, position: Position, encoding: Encoding): number {
  const starts = lineStarts(text);
  const start = starts[position.line];
  if (start === undefined) throw new RangeError(`line ${position.line} of ${starts.length}`);
  const line = text.slice(start, starts[position.line + 1]).replace(/[\r\n]+$/, '');
  let offset = 0;
  let left = position.character;
  for (const character of line) {
    if (left <= 0) break;
    left -= units(character, encoding);
    offset += character.length;
  }
  if (left !== 0)
    throw new RangeError(`${JSON.stringify(position)} is not in the line ${JSON.stringify(line)}`);
  return start + offset;
}

/** What a range of the server's covers; throws where it is none of the text. */
export function textAt(text: string, range: Range, encoding: Encoding): string {
  const start = offsetAt(text, range.start, encoding);
  const end = offsetAt(text, range.end, encoding);
  if (end < start) throw new RangeError('the range ends before it starts');
  return text.slice(start, end);
}

function units(text: string, encoding: Encoding): number {
  switch (encoding) {
    case 'utf-8':
      return Buffer.byteLength(text, 'utf8');
    case 'utf-16':
      return text.length;
    case 'utf-32':
      return [...text].length;
  }
}
