/** File names as diffs write them. */
import { type Bytes, readable } from '../patch.js';

/** What a `---` or `+++` line says after the mark. */
export interface NamedSide {
  /** Null: there is no such file. */
  readonly name: string | null;
  /** Its time stamp is the one `diff -N` gives a file that is not there. */
  readonly isEpoch: boolean;
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', t: '\t', n: '\n', v: '\v', f: '\f', r: '\r', '"': '"', '\\': '\\',
}; // biome-ignore format: a table

/** The name in double quotes at the start of `text` with its C escapes, and what follows; null when it is not quoted well. */
export function quotedName(text: Bytes): { readonly name: Bytes; readonly rest: Bytes } | null {
  if (!text.startsWith('"')) return null;
  let name = '';
  for (let at = 1; at < text.length; at++) {
    const c = text[at] as string;
    if (c === '"') return { name, rest: text.slice(at + 1) };
    if (c !== '\\') {
      name += c;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(at + 1, at + 4));
    const escaped = escapes[text[at + 1] ?? ''];
    if (octal === null && escaped === undefined) return null;
    name += octal === null ? escaped : String.fromCharCode(Number.parseInt(octal[0], 8));
    at += octal === null ? 1 : 3;
  }
  return null;
}

/** `a/path`, `"a/p\303\244th"`, `a/path<TAB>time`, `/dev/null`. */
export function sideOf(text: Bytes): NamedSide {
  const quoted = quotedName(text);
  if (quoted !== null) return { name: readable(quoted.name), isEpoch: false };
  const tab = text.indexOf('\t');
  // Some tools put spaces where diff puts a tab.
  const end = tab >= 0 ? tab : text.search(/ \d{4}-\d\d-\d\d[ T]\d\d:\d\d/);
  const name = end < 0 ? text : text.slice(0, end).trimEnd();
  const stamp = end < 0 ? '' : text.slice(end).trim();
  return { name: name === '/dev/null' ? null : readable(name), isEpoch: isEpoch(stamp) };
}

function isEpoch(stamp: string): boolean {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.0{1,9})? ([+-]\d\d)(\d\d)\s*$/.exec(stamp);
  return match !== null && Date.parse(`${match[1]}T${match[2]}${match[3]}:${match[4]}`) === 0;
}

/** The two names of `diff --git A B`, which no mark parts: those that are the same below their first folders. */
export function gitNames(rest: Bytes): readonly [Bytes, Bytes] | null {
  const first = quotedName(rest);
  if (first !== null) {
    const second = first.rest.trimStart();
    return [first.name, quotedName(second)?.name ?? second];
  }
  // A name with a space is not quoted: the halves of equal length come first, then any.
  const middle = (rest.length - 1) / 2;
  const spaces = [middle];
  for (let at = rest.indexOf(' '); at >= 0 && rest.length < 10_000; at = rest.indexOf(' ', at + 1))
    spaces.push(at);
  for (const at of spaces) {
    if (rest[at] !== ' ') continue;
    const [one, other] = [rest.slice(0, at), quotedName(rest.slice(at + 1))?.name ?? rest.slice(at + 1)];
    if (one === other || (belowFirst(one) !== null && belowFirst(one) === belowFirst(other)))
      return [one, other];
  }
  return null;
}

/** The path without its first part; null when it has only one. */
export function belowFirst(name: string): string | null {
  const slash = name.indexOf('/');
  if (slash < 0) return null;
  return name.slice(slash).replace(/^\/+/, '');
}
