/** Bytes of a source file to text. */

export type Decoded =
  | { readonly text: string; readonly encoding: 'utf-8' | 'latin1' }
  /** Why the bytes are no C text. */
  | { readonly notText: string };

/** Share of NUL bytes above which a file is data; source has none but for accidents. */
const MOST_NULS = 0.01;

/** Longest text that offsets and the parser's byte counts (two a code unit) can hold. */
const MOST_BYTES = 1 << 28;

/**
 * UTF-8 when the bytes are that, else Latin-1, which any bytes are. A byte order mark stays in the text as its first
 * code unit, so that offsets count from the start of the file.
 */
export function decodeSource(bytes: Uint8Array): Decoded {
  if (bytes.length > MOST_BYTES) return { notText: `larger than ${MOST_BYTES / (1 << 20)} MiB` };
  const wide = wideEncoding(bytes);
  if (wide !== null) return { notText: `${wide} text, not UTF-8` };
  if (isMostlyData(bytes)) return { notText: 'binary data' };
  try {
    return { text: utf8.decode(bytes), encoding: 'utf-8' };
  } catch {
    return {
      text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
      encoding: 'latin1',
    };
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function wideEncoding(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16';
  return null;
}

function isMostlyData(bytes: Uint8Array): boolean {
  let nuls = 0;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) nuls++;
  return nuls > Math.max(8, bytes.length * MOST_NULS);
}
