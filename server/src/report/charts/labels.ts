/** How wide text is, without a browser to ask; and labels that keep out of each other's way. */

/** Of a wide sans-serif, DejaVu Sans, in thousandths of the letter size: other fonts need less. */
const widths: readonly (readonly [string, number])[] = [
  ["ijlI'|", 295],
  [' .,:;!()[]/t-f', 390],
  ['rs"', 520],
  ['mMW%@', 990],
  ['wGOQUNHD', 820],
  ['ABCEFKLPRSTVXYZ', 720],
];

const OTHER_WIDTH = 636;

const widthByLetter: ReadonlyMap<string, number> = new Map(
  widths.flatMap(([letters, width]) => [...letters].map((letter): [string, number] => [letter, width])),
);

/** Letter sizes of the classes in `look.ts`. */
export const fontSize = { title: 14, text: 12, faint: 11, small: 10.5 } as const;

/** An upper bound; `isBold` for titles and names. */
export function textWidth(text: string, size: number, isBold = false): number {
  const thousandths = [...text].reduce((sum, letter) => sum + (widthByLetter.get(letter) ?? OTHER_WIDTH), 0);
  return (thousandths * size * (isBold ? 1.1 : 1)) / 1000;
}

/** A space to break at: not within a number, nor between it and its unit. */
const BREAK = / (?!(?<=\d )(?:\d{3}\b|[KMGT]?i?B\b|%))/;

/** Broken at spaces; a longer word stays whole. */
export function wrapText(text: string, width: number, size: number, isBold = false): string[] {
  const lines: string[] = [];
  for (const word of text.split(BREAK)) {
    const last = lines.at(-1);
    const candidate = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && textWidth(candidate, size, isBold) <= width)
      lines[lines.length - 1] = candidate;
    else lines.push(word);
  }
  return lines;
}

/**
 * Places at least `gap` apart, within the bounds, each as near as may be to where it wants to be, in their order. The
 * places come back in the order given. Where there is no room for all, they share what there is.
 */
export function spread(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0) || a - b);
  const step = order.length < 2 ? gap : Math.min(gap, (to - from) / (order.length - 1));
  const placed: number[] = [];
  for (const i of order) {
    const before = placed.at(-1);
    placed.push(Math.max(wanted[i] ?? 0, before === undefined ? from : before + step));
  }
  // Back from the far end, as far as the first pass went beyond it.
  for (let n = placed.length - 1, limit = to; n >= 0; n--, limit = (placed[n + 1] ?? to) - step) {
    placed[n] = Math.min(placed[n] ?? 0, limit);
  }
  const result = new Array<number>(wanted.length).fill(0);
  for (const [n, i] of order.entries()) result[i] = placed[n] ?? 0;
  return result;
}
