/** The hunks of one diff section. */
import { type Bytes, type Hunk, type HunkLine, PatchError } from '../patch.js';
import { type NumberedLines, withoutCr } from './lines.js';

/** Where reading stands, and how. */
export interface Cursor {
  readonly file: string;
  readonly lines: NumberedLines;
  at: number;
}

const hunkHead = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

export function isHunkHead(line: Bytes | undefined): boolean {
  return line !== undefined && hunkHead.test(line);
}

/** Reads hunks from the cursor on, and leaves it at the first line that is of none. */
export function readHunks(cursor: Cursor, hasCr: boolean): Hunk[] {
  const hunks: Hunk[] = [];
  while (isHunkHead(cursor.lines.text[cursor.at])) hunks.push(readHunk(cursor, hasCr));
  return hunks;
}

function readHunk(cursor: Cursor, hasCr: boolean): Hunk {
  const head = hunkHead.exec(cursor.lines.text[cursor.at] ?? '');
  const [oldStart = 0, oldCount = 1, newStart = 0, newCount = 1] = [1, 2, 3, 4].map((group) =>
    head?.[group] === undefined ? undefined : Number(head[group]),
  );
  const line = cursor.lines.at[cursor.at] ?? 0;
  const left = { old: oldCount, new: newCount };
  const lines: HunkLine[] = [];
  cursor.at++;
  while (left.old > 0 || left.new > 0) {
    lines.push(readLine(cursor, hasCr, left));
    if (isNoNewline(cursor)) withoutNewline(lines, cursor);
  }
  complainOfMore(cursor, oldCount, newCount);
  return { line, oldStart, newStart, lines };
}

/** One line of the hunk; `left` is what its head still promises. */
function readLine(cursor: Cursor, hasCr: boolean, left: { old: number; new: number }): HunkLine {
  const raw = cursor.lines.text[cursor.at];
  if (raw === undefined) fail(cursor, `the hunk ends ${left.old} old and ${left.new} new lines early`);
  const line = hasCr ? withoutCr(raw) : raw;
  const mark = markOf(line);
  if (mark === null) {
    fail(cursor, 'this line of the hunk begins with none of " ", "+", "-"; was it broken on its way?');
  }
  if (mark !== '+') left.old--;
  if (mark !== '-') left.new--;
  if (left.old < 0 || left.new < 0) fail(cursor, 'the hunk holds other lines than its @@ line counts');
  const at = cursor.lines.at[cursor.at] ?? 0;
  cursor.at++;
  // A context line that is empty may have lost its one space.
  return { mark, text: `${/^[ +-]/.test(line) ? line.slice(1) : line}\n`, line: at };
}

function markOf(line: Bytes): HunkLine['mark'] | null {
  if (line === '' || line === '\r') return ' ';
  const first = line[0];
  return first === ' ' || first === '+' || first === '-' ? first : null;
}

function isNoNewline(cursor: Cursor): boolean {
  return cursor.lines.text[cursor.at]?.startsWith('\\ ') ?? false;
}

function withoutNewline(lines: HunkLine[], cursor: Cursor): void {
  const last = lines.pop();
  if (last !== undefined) lines.push({ ...last, text: last.text.slice(0, -1) });
  cursor.at++;
}

/** A hunk edited by hand, whose counts were not: its rest would be dropped in silence. `-- ` begins a mail's signature. */
function complainOfMore(cursor: Cursor, oldCount: number, newCount: number): void {
  const line = withoutCr(cursor.lines.text[cursor.at] ?? '');
  const goesOn = /^[+-]/.test(line) && !/^--(?: ?$|- )/.test(line) && !line.startsWith('+++ ');
  if (goesOn)
    fail(cursor, `the hunk goes on after the ${oldCount} old and ${newCount} new lines of its @@ line`);
}

function fail(cursor: Cursor, cause: string): never {
  throw new PatchError(cursor.file, cursor.lines.at[cursor.at] ?? cursor.lines.at.at(-1) ?? 1, cause);
}
