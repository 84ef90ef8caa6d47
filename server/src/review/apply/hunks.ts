/** The hunks of one file applied to its text. */
import { type Bytes, type Hunk, readable } from '../patch.js';
import { LineMap } from './line-map.js';
import { type Placement, placeHunk, statedPlace, type Target } from './place.js';
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
  const lines = linesOf(text);
  const target: Target = { lines, ids: numbers.of(lines), numbers };
  const out: Bytes[] = [];
  const runs: { oldStart: number; newStart: number; count: number }[] = [];
  const moved: AppliedHunk[] = [];
  let floor = 0;
  let drift = 0;
  const keepUpTo = (end: number): void => {
    runs.push({ oldStart: floor + 1, newStart: out.length + 1, count: end - floor });
    for (let at = floor; at < end; at++) out.push(lines[at] as Bytes);
    floor = end;
  };
  hunks.forEach((hunk, index) => {
    const at = { shift: out.length - floor, drift, floor };
    const place = placed(hunk, index + 1, target, at);
    if (place.offset !== 0 || place.fuzz > 0) {
      moved.push({ number: index + 1, offset: place.offset, fuzz: place.fuzz });
    }
    drift = place.offset;
    keepUpTo(place.at);
    for (const { mark, text: own } of hunk.lines.slice(place.skipHead, hunk.lines.length - place.skipTail)) {
      if (mark === ' ') keepUpTo(floor + 1);
      else if (mark === '+') out.push(own);
      else floor++;
    }
  });
  keepUpTo(lines.length);
  return { text: out.join(''), lines: new LineMap(runs), moved };
}

type Standing = { readonly shift: number; readonly drift: number; readonly floor: number };

function placed(hunk: Hunk, number: number, target: Target, at: Standing): Placement {
  try {
    const place = placeHunk(hunk, target, at);
    if (place !== null) return place;
  } catch (error) {
    if (error instanceof RangeError) throw new Misfit(hunk, number, error.message);
    throw error;
  }
  throw new Misfit(hunk, number, whyNot(hunk, target, at));
}

/** The first line at which the file is not what the hunk expects, at the place that is most like it. */
function whyNot(hunk: Hunk, target: Target, at: Standing): string {
  const old = hunk.lines.filter(({ mark }) => mark !== '+').map(({ text }) => text);
  const start = mostAlike(target, target.numbers.of(old), statedPlace(hunk, at.shift) + at.drift, at.floor);
  const wrong = old.findIndex((line, i) => target.lines[start + i] !== line);
  const already = isAlreadyThere(hunk, target, at) ? '; its new lines are already there' : '';
  if (wrong < 0) return `it stands at another place of the file than its context allows${already}`;
  const line = target.lines[start + wrong];
  const found = line === undefined ? 'the end of the file' : quoted(line);
  return `line ${start + wrong + 1}: expected ${quoted(old[wrong] ?? '')}, found ${found}${already}`;
}

function isAlreadyThere(hunk: Hunk, target: Target, at: Standing): boolean {
  const swapped = { '+': '-', '-': '+', ' ': ' ' } as const;
  const lines = hunk.lines.map(({ mark, text }) => ({ mark: swapped[mark], text }));
  const undone = { ...hunk, oldStart: hunk.newStart, newStart: hunk.oldStart, lines };
  const place = placeHunk(undone, target, { shift: 0, drift: 0, floor: at.floor });
  return place !== null && place.fuzz === 0;
}

/** Comparisons worth spending on a good message. */
const MOST_COMPARISONS = 4_000_000;

function mostAlike(target: Target, wanted: Int32Array, expected: number, floor: number): number {
  const { ids } = target;
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
