/** Undoes what mail does to text: transfer encodings, flowed lines, encoded words in headers. */
import { type Bytes, readable } from '../patch.js';
import { type NumberedLines, splitLines, withoutCr } from './lines.js';

/** The body as its sender wrote it; an unknown encoding is taken as none. */
export function decodeBody(
  body: NumberedLines,
  encoding: string,
  isFlowed: boolean,
  delSp: boolean,
): NumberedLines {
  switch (encoding.toLowerCase()) {
    case 'quoted-printable':
      return unflowed(fromQuotedPrintable(body), isFlowed, delSp);
    case 'base64':
      return unflowed(fromBase64(body), isFlowed, delSp);
    default:
      return unflowed(body, isFlowed, delSp);
  }
}

/** RFC 2045 section 6.7: `=` at the end of a line joins it to the next. */
function fromQuotedPrintable(body: NumberedLines): NumberedLines {
  const text: Bytes[] = [];
  const at: number[] = [];
  let parts: Bytes[] = [];
  body.text.forEach((raw, index) => {
    const line = raw.endsWith('=\r') ? raw.slice(0, -1) : raw;
    if (parts.length === 0) at.push(body.at[index] ?? 0);
    const isJoined = line.endsWith('=');
    parts.push(unescaped(isJoined ? line.slice(0, -1) : line));
    if (isJoined && index + 1 < body.text.length) return;
    // A decoded text may hold line ends of its own.
    const [first = '', ...more] = parts.join('').split('\n');
    text.push(first, ...more);
    for (const _ of more) at.push(body.at[index] ?? 0);
    parts = [];
  });
  return { text, at };
}

function unescaped(text: Bytes): Bytes {
  return text.replace(/=([0-9A-Fa-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function fromBase64(body: NumberedLines): NumberedLines {
  const decoded = Buffer.from(body.text.join(''), 'base64').toString('latin1');
  const text = splitLines(decoded);
  const line = body.at[0] ?? 1;
  return { text, at: text.map(() => line) };
}

/** RFC 3676: a line that ends with a space goes on in the next, and a leading space is not the text's. */
function unflowed(body: NumberedLines, isFlowed: boolean, delSp: boolean): NumberedLines {
  if (!isFlowed) return body;
  const text: Bytes[] = [];
  const at: number[] = [];
  let parts: Bytes[] = [];
  const finish = (): void => {
    if (parts.length > 0) text.push(parts.join(''));
    parts = [];
  };
  body.text.forEach((raw, index) => {
    const line = withoutCr(raw);
    const isSignature = line === '-- ';
    if (isSignature) finish();
    if (parts.length === 0) at.push(body.at[index] ?? 0);
    const own = line.startsWith(' ') ? line.slice(1) : line;
    const isSoft = !isSignature && own.endsWith(' ');
    parts.push(isSoft && delSp ? own.slice(0, -1) : own);
    if (!isSoft) finish();
  });
  finish();
  return { text, at };
}

/** RFC 2047: `=?utf-8?q?...?=`. Neighbours are one text; a character set nobody knows is taken as UTF-8. */
export function decodeWords(header: Bytes): string {
  const pattern = /=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]{0,1000})\?=/g;
  const pieces: { readonly charset: string | null; bytes: Bytes }[] = [];
  let end = 0;
  for (const match of header.matchAll(pattern)) {
    const [whole, charset = '', kind = '', content = ''] = match;
    const between = header.slice(end, match.index);
    end = match.index + whole.length;
    const bytes =
      kind.toLowerCase() === 'b' ? fromWordBase64(content) : unescaped(content.replaceAll('_', ' '));
    const last = pieces.at(-1);
    const isNeighbour = last !== undefined && last.charset !== null && between.trim() === '';
    if (!isNeighbour && between !== '') pieces.push({ charset: null, bytes: between });
    // A character may be cut in two between words.
    if (isNeighbour && last.charset === charset.toLowerCase()) last.bytes += bytes;
    else pieces.push({ charset: charset.toLowerCase(), bytes });
  }
  pieces.push({ charset: null, bytes: header.slice(end) });
  return pieces.map(({ charset, bytes }) => textIn(charset ?? 'utf-8', bytes)).join('');
}

function fromWordBase64(content: Bytes): Bytes {
  return Buffer.from(content, 'base64').toString('latin1');
}

function textIn(charset: string, bytes: Bytes): string {
  try {
    return new TextDecoder(charset).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return readable(bytes);
  }
}
