/** From the lines of a tree before and after a series back to the lines of the patch file that removed and added them. */
import type { FileChange, Patch } from '../patch.js';
import { applyPatches, type PostImage, type ReadFile } from './apply.js';

/** What one patch did to one file. */
interface Step {
  readonly image: PostImage;
  /** Line of the image after -> line of the patch file that added it. */
  readonly added: ReadonlyMap<number, number>;
  /** Line of the image before -> line of the patch file that removed it. */
  readonly removed: ReadonlyMap<number, number>;
  /** Path before. */
  readonly from: string | null;
}

export class PatchPlaces {
  /** One a patch, in the order in which they apply: path after -> what was done to it. */
  readonly #steps: readonly ReadonlyMap<string, Step>[];
  /** Path after the series -> first line of a section on it. */
  readonly #heads: ReadonlyMap<string, number>;
  /** The first section of all; 1 where there is none. */
  readonly firstLine: number;

  private constructor(steps: readonly ReadonlyMap<string, Step>[], heads: ReadonlyMap<string, number>) {
    this.#steps = steps;
    this.#heads = heads;
    this.firstLine = heads.size === 0 ? 1 : Math.min(...heads.values());
  }

  /** Patches that apply, as `applyPatches` found; a step that cannot be told apart leaves its lines without a place. */
  static of(patches: readonly Patch[], readFile: ReadFile): PatchPlaces {
    const texts = new Map<string, string | null>();
    const read: ReadFile = (path) => (texts.has(path) ? (texts.get(path) ?? null) : readFile(path));
    const steps: ReadonlyMap<string, Step>[] = [];
    const heads = new Map<string, number>();
    for (const patch of patches) {
      if (patch.leftOut !== null) continue;
      const step = stepsOf(patch, read);
      steps.push(step.files);
      for (const [path, text] of step.texts) texts.set(path, text);
      for (const { line, newPath, oldPath } of patch.files) {
        const path = newPath ?? oldPath;
        if (path !== null && !heads.has(path)) heads.set(path, line);
      }
    }
    return new PatchPlaces(steps, heads);
  }

  /** The line of the patch file that added this line of the tree after the series; null where none did. */
  added(path: string, line: number): number | null {
    let [file, at] = [path, line];
    for (const step of [...this.#steps].reverse()) {
      const done = step.get(file);
      if (done === undefined) continue;
      const place = done.added.get(at);
      if (place !== undefined) return place;
      const before = done.image.from?.lines.oldLine(at) ?? null;
      if (before === null) return null;
      [file, at] = [done.from ?? file, before];
    }
    return null;
  }

  /** The line of the patch file that removed this line of the tree before the series; null where none did. */
  removed(path: string, line: number): number | null {
    let [file, at] = [path, line];
    for (const step of this.#steps) {
      const found = [...step].find(([, done]) => (done.from ?? '') === file);
      if (found === undefined) continue;
      const [now, done] = found;
      const place = done.removed.get(at);
      if (place !== undefined) return place;
      const after = done.image.from?.lines.newLine(at) ?? null;
      if (after === null) return null;
      [file, at] = [now, after];
    }
    return null;
  }

  /**
   * The line of the patch file whose change stands nearest to a line of the tree after the series: one it added, else one it
   * removed; null for a file it does not touch. What a change brings about is often said of a line below it.
   */
  near(path: string, line: number): number | null {
    if (this.head(path) === null) return null;
    const { origin, reach } = this.#extent(path, line);
    return (
      nearest(line, reach, (at) => this.added(path, at)) ??
      nearest(origin.line, reach, (at) => this.removed(origin.path, at)) ??
      this.head(path)
    );
  }

  /** Where the line was before the series, or about where; and how far from it the file can go on. */
  #extent(
    path: string,
    line: number,
  ): { readonly origin: { readonly path: string; readonly line: number }; readonly reach: number } {
    let origin = { path, line };
    let reach = line;
    for (const step of [...this.#steps].reverse()) {
      const done = step.get(origin.path);
      if (done === undefined) continue;
      reach = Math.max(reach, countLines(done.image.text ?? ''), ...done.removed.keys());
      const before = done.image.from?.lines.oldLine(origin.line) ?? origin.line;
      origin = { path: done.from ?? origin.path, line: before };
    }
    return { origin, reach };
  }

  /** The first line of the section on a file; null for one the series does not touch. */
  head(path: string): number | null {
    return this.#heads.get(path) ?? null;
  }
}

/** What `place` says of the line nearest to `line` of which it says anything; above before below. */
function nearest(line: number, reach: number, place: (line: number) => number | null): number | null {
  for (let distance = 0; distance <= reach; distance++) {
    const found = (line > distance ? place(line - distance) : null) ?? place(line + distance);
    if (found !== null) return found;
  }
  return null;
}

interface PatchStep {
  readonly files: ReadonlyMap<string, Step>;
  readonly texts: ReadonlyMap<string, string | null>;
}

function stepsOf(patch: Patch, read: ReadFile): PatchStep {
  const files = new Map<string, Step>();
  const texts = new Map<string, string | null>();
  let images: ReadonlyMap<string, PostImage>;
  try {
    images = applyPatches([patch], read).files;
  } catch {
    // The text of an earlier step could not be written as the bytes it was.
    return { files, texts };
  }
  for (const [path, image] of images) {
    texts.set(path, image.text);
    const changes = patch.files.filter(({ newPath, oldPath, newName, oldName }) =>
      [newPath, newName, ...(image.text === null ? [oldPath, oldName] : [])].includes(path),
    );
    // Of a file named twice the second section speaks of what the first left.
    const [change] = changes;
    if (change === undefined || changes.length > 1) continue;
    const from = image.from?.path ?? null;
    const before = from === null ? null : read(from);
    files.set(path, {
      image,
      from,
      added: matched(marked(change, '+'), addedLines(image)),
      removed: matched(marked(change, '-'), removedLines(image, before)),
    });
  }
  return { files, texts };
}

/** Lines of the patch file with that mark, in order. */
function marked({ hunks }: FileChange, mark: '+' | '-'): number[] {
  return hunks.flatMap(({ lines }) => lines.flatMap((line) => (line.mark === mark ? [line.line] : [])));
}

/** Line of the image -> line of the patch file. Nothing where the two do not match one to one. */
function matched(places: readonly number[], lines: readonly number[]): ReadonlyMap<number, number> {
  if (places.length !== lines.length) return new Map();
  return new Map(lines.map((line, index) => [line, places[index] ?? 0]));
}

function addedLines({ text, from }: PostImage): number[] {
  if (text === null) return [];
  return upTo(countLines(text)).filter((line) => (from?.lines.oldLine(line) ?? null) === null);
}

function removedLines({ from, text }: PostImage, before: Uint8Array | string | null): number[] {
  if (from === null || before === null) return [];
  const total = countLines(typeof before === 'string' ? before : Buffer.from(before).toString('latin1'));
  return upTo(total).filter((line) => text === null || from.lines.newLine(line) === null);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function countLines(text: string): number {
  const breaks = text.split('\n').length;
  return text.endsWith('\n') || text === '' ? breaks - 1 : breaks;
}
