/** The hunks of one file applied to its text. */
import { type Bytes, type Hunk, readable } from '../patch.js';
import { LineMap } from './line-map.js';
import { oldLines, type Placement, placeHunk, statedPlace, type Target } from './place.js';
import { LineNumbers } from './search.js';

export interface AppliedHunk {
  /** 1-based among the hunks of its file. */
  readonly number: number;
  readonly offset: number;
  readonly fuzz: number;
}

export interface AppliedHunks {
  readonly text: Bytes;
  readonly lines: LineMap;
  /** Those that did not stand where they said. */
  readonly moved: readonly AppliedHunk[];
}

/** A hunk stands nowhere in the file. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
  readonly hunk: Hunk;
  readonly number: number;

  constructor(hunk: Hunk, number: number, cause: string) {
    super(cause);
    this.hunk = hunk;
    this.number = number;
  }
}

/** @throws {Misfit} */
export function applyHunks(text: Bytes, hunks: readonly Hunk[]): AppliedHunks {
  const numbers = new LineNumbers();
  const moved: AppliedHunk[] = [];
  let image = imageOf(text, numbers);
  let last = { drift: 0, floor: 0 };
  hunks.forEach((hunk, index) => {
    const place = placed(hunk, index + 1, image, { ids: image.ids, numbers, ...last });
    const { offset, fuzz } = place;
    if (offset !== 0 || fuzz > 0) moved.push({ number: index + 1, offset, fuzz });
    const put = piece(hunk, place, image);
    image = replaced(image, place.at, put);
    last = { drift: offset, floor: place.at + put.lines.length };
  });
  return { text: image.lines.join(''), lines: new LineMap(runsOf(image.old)), moved };
}

/** The lines of a file on the way from before to after. */
interface Image {
  readonly lines: readonly Bytes[];
  readonly ids: Int32Array;
  /** 1-based line of the file before; 0 for one that was added. */
  readonly old: Int32Array;
}

function imageOf(text: Bytes, numbers: LineNumbers): Image {
  const lines = linesOf(text);
  return { lines, ids: numbers.of(lines), old: Int32Array.from(lines, (_, index) => index + 1) };
}

/** What a hunk puts in a place, and how many lines it takes away there. */
interface Piece {
  readonly removed: number;
  readonly lines: readonly Bytes[];
  readonly old: readonly number[];
}

function piece(hunk: Hunk, place: Placement, image: Image): Piece {
  const lines: Bytes[] = [];
  const old: number[] = [];
  let at = place.at;
  for (const { mark, text } of hunk.lines.slice(place.skipHead, hunk.lines.length - place.skipTail)) {
    if (mark !== '-') {
      lines.push(text);
      old.push(mark === ' ' ? (image.old[at] ?? 0) : 0);
    }
    if (mark !== '+') at++;
  }
  return { removed: at - place.at, lines, old };
}

/** The lines of the piece are done with: no later hunk finds them. */
function replaced(image: Image, at: number, { removed, lines, old }: Piece): Image {
  const end = at + removed;
  const spliced = (numbers: Int32Array, own: readonly number[]): Int32Array => {
    const all = new Int32Array(numbers.length - removed + own.length);
    all.set(numbers.subarray(0, at));
    all.set(own, at);
    all.set(numbers.subarray(end), at + own.length);
    return all;
  };
  return {
    lines: image.lines.slice(0, at).concat(lines, image.lines.slice(end)),
    ids: spliced(
      image.ids,
      lines.map(() => -1),
    ),
    old: spliced(image.old, old),
  };
}

function runsOf(old: Int32Array): { oldStart: number; newStart: number; count: number }[] {
  const runs: { oldStart: number; newStart: number; count: number }[] = [];
  old.forEach((line, index) => {
    const run = runs.at(-1);
    if (line === 0) return;
    const goesOn =
      run !== undefined && line === run.oldStart + run.count && index + 1 === run.newStart + run.count;
    if (goesOn) run.count++;
    else runs.push({ oldStart: line, newStart: index + 1, count: 1 });
  });
  return runs;
}

function placed(hunk: Hunk, number: number, image: Image, target: Target): Placement {
  try {
    target.numbers.spend(image.lines.length);
    const place = placeHunk(hunk, target);
    if (place !== null) return place;
  } catch (error) {
    if (error instanceof RangeError) throw new Misfit(hunk, number, error.message);
    throw error;
  }
  throw new Misfit(hunk, number, whyNot(hunk, image, target));
}

/** The first line at which the file is not what the hunk expects, at the place that is most like it. */
function whyNot(hunk: Hunk, image: Image, target: Target): string {
  const wanted = oldLines(hunk);
  const start = mostAlike(target, target.numbers.of(wanted), statedPlace(hunk) + target.drift);
  const wrong = wanted.findIndex((line, i) => image.lines[start + i] !== line);
  const already = isAlreadyThere(hunk, target) ? '; its new lines are already there' : '';
  if (wrong < 0) return `it stands at another place of the file than its context allows${already}`;
  const line = image.lines[start + wrong];
  const found = line === undefined ? 'the end of the file' : quoted(line);
  const number = image.old[start + wrong] || start + wrong + 1;
  return `line ${number}: expected ${quoted(wanted[wrong] ?? '')}, found ${found}${already}`;
}

function isAlreadyThere(hunk: Hunk, target: Target): boolean {
  const swapped = { '+': '-', '-': '+', ' ': ' ' } as const;
  const lines = hunk.lines.map((line) => ({ ...line, mark: swapped[line.mark] }));
  const place = placeHunk({ ...hunk, oldStart: hunk.newStart, newStart: hunk.oldStart, lines }, target);
  return place !== null && place.fuzz === 0;
}

/** Comparisons worth spending on a good message. */
const MOST_COMPARISONS = 4_000_000;

function mostAlike({ ids, floor }: Target, wanted: Int32Array, expected: number): number {
  let best = { at: Math.min(Math.max(expected, floor), ids.length), alike: 0 };
  if (wanted.length * (ids.length - floor) > MOST_COMPARISONS) return best.at;
  for (let at = floor; at < ids.length; at++) {
    let alike = 0;
    for (let i = 0; i < wanted.length; i++) if (ids[at + i] === wanted[i]) alike++;
    const isNearer = Math.abs(at - expected) < Math.abs(best.at - expected);
    if (alike > best.alike || (alike === best.alike && alike > 0 && isNearer)) best = { at, alike };
  }
  return best.at;
}

function quoted(line: Bytes): string {
  const text = readable(line).replace(/\r?\n$/, '');
  const cut = text.length > 120 ? `${text.slice(0, 117)}...` : text;
  return `\`${cut}\`${line.endsWith('\n') ? '' : ' without a line end'}`;
}

/** Each with its line end; what follows the last line end is a line without one. */
function linesOf(text: Bytes): Bytes[] {
  const parts = text.split('\n');
  const last = parts.pop() ?? '';
  const lines = parts.map((part) => `${part}\n`);
  return last === '' ? lines : [...lines, last];
}
