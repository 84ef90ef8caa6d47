/** Bytes that tell one buffer from another, so that what arrives can be compared with what was sent. */

let bytes: Uint8Array = new Uint8Array(0);

/** `length` bytes that differ for each of 251 `seed`s in a row. The caller must not write to them. */
export function pattern(seed: number, length: number): Uint8Array {
  const start = seed % 251;
  if (bytes.length < start + length) bytes = grow(start + length);
  return bytes.subarray(start, start + length);
}

function grow(length: number): Uint8Array {
  const grown = new Uint8Array(2 ** Math.ceil(Math.log2(length)));
  // 251 is prime and below 256: the sequence does not repeat with the pages. Never 0, so that empty memory is no match.
  for (let i = 0; i < grown.length; i += 1) grown[i] = 1 + ((i * 167 + (i >>> 8) * 59) % 251);
  return grown;
}

/** Node compares typed arrays many times faster than a loop does. */
const compare: ((a: Uint8Array, b: Uint8Array) => number) | undefined = globalThis.Buffer?.compare;

export function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  if (compare !== undefined) return compare(a, b) === 0;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
