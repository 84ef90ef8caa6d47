/**
 * One string for each word of the source.
 *
 * A slice of a text keeps the whole text alive; facts outlive texts, and the same few thousand names make up most of
 * them. The table only saves memory: it holds nothing that an answer depends on.
 */
const MAX_WORDS = 1 << 17;
const words = new Map<string, string>();

export function wordOf(text: string, start: number, end: number): string {
  const slice = text.slice(start, end);
  const known = words.get(slice);
  if (known !== undefined) return known;
  if (words.size >= MAX_WORDS) words.clear();
  const word = detached(slice);
  words.set(word, word);
  return word;
}

/** A copy that shares no memory with the text it was cut from. */
export function detached(slice: string): string {
  // Short slices are copies already (V8 makes sliced strings from 13 characters on).
  return slice.length < 13 ? slice : Buffer.from(slice, 'utf16le').toString('utf16le');
}
