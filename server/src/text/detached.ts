/** A copy that shares no memory with the text it was cut from: a longer slice keeps the whole of it alive. */
export function detached(slice: string): string {
  // Short slices are copies already (V8 makes sliced strings from 13 characters on).
  return slice.length < 13 ? slice : Buffer.from(slice, 'utf16le').toString('utf16le');
}
