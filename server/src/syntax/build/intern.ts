/**
 * One string for each word of the source.
 *
 * A slice of a text keeps the whole text alive; facts outlive texts, and the same few thousand names make up most of
 * them. The table only saves memory: it holds nothing that an answer depends on.
 */
import { detached } from '../../text/detached.js';

const MAX_WORDS = 1 << 17;
const words = new Map<string, string>();

export function wordOf(text: string, start: number, end: number): string {
  return kept(text.slice(start, end));
}

/** The same for a word that was cut out already. */
export function kept(slice: string): string {
  const known = words.get(slice);
  if (known !== undefined) return known;
  if (words.size >= MAX_WORDS) words.clear();
  const word = detached(slice);
  words.set(word, word);
  return word;
}
