/** Which item of one report is which of another. */
import type { PostImage } from '../apply/apply.js';

export interface Pairs<T> {
  readonly both: readonly { readonly before: T; readonly after: T }[];
  readonly gone: readonly T[];
  readonly born: readonly T[];
}

/** What makes an item of the image before, and of that after, the same; null where it says nothing. */
export interface Likeness<T> {
  readonly before: (item: T) => string | null;
  readonly after: (item: T) => string | null;
  /** Only where one item on each side has the key. */
  readonly isAlone?: true;
}

/** Pairs by the first likeness, what is left by the next, and so on; in the order of `after`. */
export function pairUp<T>(
  before: readonly T[],
  after: readonly T[],
  likenesses: readonly Likeness<T>[],
): Pairs<T> {
  const partner = new Map<T, T>();
  const taken = new Set<T>();
  for (const likeness of likenesses) {
    const gone = byKey(
      before.filter((item) => !taken.has(item)),
      likeness.before,
    );
    const born = byKey(
      after.filter((item) => !partner.has(item)),
      likeness.after,
    );
    for (const [key, items] of born) {
      const candidates = gone.get(key) ?? [];
      if (likeness.isAlone === true && (items.length !== 1 || candidates.length !== 1)) continue;
      items.slice(0, candidates.length).forEach((item, index) => {
        const other = candidates[index] as T;
        partner.set(item, other);
        taken.add(other);
      });
    }
  }
  return {
    both: after.flatMap((item) => {
      const other = partner.get(item);
      return other === undefined ? [] : [{ before: other, after: item }];
    }),
    gone: before.filter((item) => !taken.has(item)),
    born: after.filter((item) => !partner.has(item)),
  };
}

function byKey<T>(items: readonly T[], keyOf: (item: T) => string | null): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const others = found.get(key);
    if (others === undefined) found.set(key, [item]);
    else others.push(item);
  }
  return found;
}

interface Placed {
  readonly file: string;
  readonly range: { readonly start: { readonly line: number; readonly column: number } };
}

/** Where things of the image after stood before. */
export class Origins {
  private readonly images: ReadonlyMap<string, PostImage>;

  constructor(images: ReadonlyMap<string, PostImage>) {
    this.images = images;
  }

  /** The path a file had before; null for a new one. */
  file(path: string): string | null {
    const image = this.images.get(path);
    return image === undefined ? path : (image.from?.path ?? null);
  }

  /** The line of the image before, as text; null for a line that is new. */
  place({ file, range }: Placed): string | null {
    const { line, column } = range.start;
    const image = this.images.get(file);
    if (image === undefined) return `${file}:${line}:${column}`;
    const old = image.from?.lines.oldLine(line) ?? null;
    return old === null ? null : `${image.from?.path}:${old}:${column}`;
  }
}

/** Stands where it stood, on a line nobody touched. */
export function sameLine<T extends Placed>(origins: Origins, what: (item: T) => string): Likeness<T> {
  return {
    before: (item) => `${item.file}:${item.range.start.line}:${item.range.start.column} ${what(item)}`,
    after: (item) => {
      const place = origins.place(item);
      return place === null ? null : `${place} ${what(item)}`;
    },
  };
}

/** The same in any place of the same file. */
export function sameIn<T extends Placed>(origins: Origins, what: (item: T) => string): Likeness<T> {
  return {
    before: (item) => `${item.file} ${what(item)}`,
    after: (item) => {
      const file = origins.file(item.file);
      return file === null ? null : `${file} ${what(item)}`;
    },
    isAlone: true,
  };
}

export function sameName<T>(nameOf: (item: T) => string): Likeness<T> {
  return { before: nameOf, after: nameOf };
}
