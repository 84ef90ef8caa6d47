/**
 * Which names may a header define? Asked of a thousand headers to answer about a few names, so it is told from the
 * characters in one pass, without tokens or chunks: a few names too many, none too few. What is found here is looked
 * up properly afterwards (outline-names.ts, then the parsed facts).
 */

const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

/** The hash that `scanHeader` reports for a name. */
export function hashOfName(name: string): number {
  let hash = fnvOffset;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), fnvPrime);
  return hash | 0;
}

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const space = 32;
const quote = 34;
const hashSign = 35;
const apostrophe = 39;
const openParen = 40;
const closeParen = 41;
const star = 42;
const comma = 44;
const slash = 47;
const semicolon = 59;
const openBracket = 91;
const backslash = 92;
const underscore = 95;
const openBrace = 123;
/** Stands for a word where the last character matters. */
const word = 1;
const closeBrace = 125;
const colon = 58;
const equals = 61;

const wordPart = new Uint8Array(128);
for (const code of Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$'))
  wordPart[code] = 1;

const structHash = hashOfName('struct');
const unionHash = hashOfName('union');
const enumHash = hashOfName('enum');
const structGroupHash = hashOfName('struct_group_tagged');

/** Reports the hash of every name that `text` may define or declare, some of them more than once. */
export function scanHeader(text: string, report: (hash: number) => void): void {
  new HeaderScan(text, report).run();
}

/** Hash of a name -> the headers that may define it. */
export class HeaderIndex {
  private readonly paths: string[] = [];
  /** Hash, reduced to a slot -> entry + 1; entries of a slot are linked through `next`. */
  private readonly slots = new Int32Array(1 << 17);
  private next = new Int32Array(1 << 16);
  private hashes = new Int32Array(1 << 16);
  private headers = new Int32Array(1 << 16);
  private count = 0;
  private readonly known = new Map<string, readonly string[]>();

  add(path: string, text: string): void {
    const header = this.paths.push(path) - 1;
    this.known.clear();
    scanHeader(text, (hash) => this.insert(hash, header));
  }

  /** In the order of their addition. */
  mayDefine(name: string): readonly string[] {
    const known = this.known.get(name);
    if (known) return known;
    const paths = this.find(name);
    this.known.set(name, paths);
    return paths;
  }

  private find(name: string): string[] {
    const hash = hashOfName(name);
    const found = new Set<number>();
    for (let link = this.slots[slotOf(hash)] as number; link !== 0; link = this.next[link - 1] as number) {
      if (this.hashes[link - 1] === hash) found.add(this.headers[link - 1] as number);
    }
    return [...found].sort((a, b) => a - b).map((header) => this.paths[header] as string);
  }

  private insert(hash: number, header: number): void {
    const slot = slotOf(hash);
    const newest = (this.slots[slot] as number) - 1;
    if (newest >= 0 && this.hashes[newest] === hash && this.headers[newest] === header) return;
    if (this.count === this.next.length) {
      this.next = doubled(this.next);
      this.hashes = doubled(this.hashes);
      this.headers = doubled(this.headers);
    }
    this.hashes[this.count] = hash;
    this.headers[this.count] = header;
    this.next[this.count] = newest + 1;
    this.slots[slot] = ++this.count;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & 0x1ffff;
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

class HeaderScan {
  private readonly text: string;
  private readonly report: (hash: number) => void;
  private at = 0;
  private braces = 0;
  private parens = 0;
  /** Depth of the braces of the enum being read; 0: none. */
  private enumBraces = 0;
  /** Hash of the `struct`, `union` or `enum` whose tag or brace is to come; 0: none. */
  private keyword = 0;
  /** The last character that is no blank. */
  private before = 0;
  /** The last word was `struct_group_tagged`. */
  private isGroupTag = false;
  /** Where the next comment was last seen to begin; looked for again once it is passed. */
  private nextComment = -1;
  /** Depth of the braces at each open `#if`, and after its first arm. */
  private readonly depths: { readonly atIf: number; atEnd: number }[] = [];

  constructor(text: string, report: (hash: number) => void) {
    this.text = text;
    this.report = report;
  }

  run(): void {
    const { text } = this;
    const length = text.length;
    let isLineStart = true;
    while (this.at < length) {
      const code = text.charCodeAt(this.at);
      if (code <= space) {
        if (code === newline) isLineStart = true;
        this.at++;
      } else if (code === slash && this.skipComment()) {
        // A comment is a blank.
      } else if (code === hashSign && isLineStart) {
        this.directive();
      } else {
        if (code < 128 && wordPart[code] === 1) this.word();
        else this.punctuation(code, isLineStart);
        isLineStart = false;
      }
    }
  }

  private word(): void {
    const { text } = this;
    const length = text.length;
    let hash = fnvOffset;
    let at = this.at;
    for (; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 128 || wordPart[code] === 0) break;
      hash = Math.imul(hash ^ code, fnvPrime);
    }
    hash |= 0;
    this.at = at;
    if (this.braces === 0 || this.enumBraces === this.braces) {
      if (this.introduces(this.nextCode(at))) this.report(hash);
    } else if (this.keyword !== 0 && this.nextCode(at) === openBrace) this.report(hash);
    else if (this.before === openParen && this.isGroupTag) this.report(hash);
    // `struct_group_tagged(tag, member, ...)` names a struct inside another.
    this.isGroupTag = hash === structGroupHash;
    if (hash === structHash || hash === unionHash || hash === enumHash) this.keyword = hash;
    this.before = word;
  }

  private introduces(after: number): boolean {
    if (this.keyword !== 0 && after === openBrace) return true;
    if (this.braces > 0) {
      // Behind a word or `)` only where a macro makes constants and their commas.
      const { before } = this;
      const isFirst = before === openBrace || before === comma || before === closeParen || before === word;
      return this.parens === 0 && isFirst;
    }
    if (this.parens > 0) {
      // An argument of a declaring macro, `(*name)` or `(name)` of a declarator.
      if (after !== closeParen && after !== comma) return false;
      return this.before === star || this.before === openParen || this.before === comma;
    }
    return (
      after === openParen ||
      after === semicolon ||
      after === comma ||
      after === equals ||
      after === openBracket ||
      after === colon ||
      // An annotation: `int debug_locks __read_mostly;`.
      (after === underscore && (this.before === word || this.before === star || this.before === closeBrace))
    );
  }

  /** The first character from `from` that is no blank. */
  private nextCode(from: number): number {
    const { text } = this;
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > space) return code;
    }
    return 0;
  }

  private punctuation(code: number, isLineStart: boolean): void {
    this.at++;
    switch (code) {
      case openBrace:
        // `extern "C" {` opens nothing.
        if (this.before === quote) break;
        this.braces++;
        if (this.keyword === enumHash) this.enumBraces = this.braces;
        this.keyword = 0;
        this.parens = 0;
        break;
      case closeBrace:
        if (this.enumBraces === this.braces) this.enumBraces = 0;
        // By every coding style a brace in the first column ends what is at file level.
        this.braces =
          isLineStart && this.at >= 2 && this.text.charCodeAt(this.at - 2) === newline
            ? 0
            : Math.max(0, this.braces - 1);
        this.parens = 0;
        break;
      case openParen:
        this.parens++;
        // `enum x f(void) {` opens a function, not the enum.
        if (this.keyword === enumHash) this.keyword = 0;
        break;
      case closeParen:
        this.parens = Math.max(0, this.parens - 1);
        break;
      case semicolon:
        this.parens = 0;
        this.keyword = 0;
        break;
      case quote:
      case apostrophe:
        this.skipQuoted(code);
        break;
      default:
        if (code === star || code === equals) this.keyword = 0;
    }
    this.before = code;
  }

  private skipComment(): boolean {
    const next = this.text.charCodeAt(this.at + 1);
    if (next !== star && next !== slash) return false;
    const end = this.text.indexOf(next === star ? '*/' : '\n', this.at + 2);
    this.at = end < 0 ? this.text.length : end + (next === star ? 2 : 0);
    return true;
  }

  private skipQuoted(mark: number): void {
    const { text } = this;
    for (; this.at < text.length; this.at++) {
      const code = text.charCodeAt(this.at);
      if (code === backslash) this.at++;
      else if (code === mark) {
        this.at++;
        return;
      } else if (code === newline) return;
    }
  }

  private directive(): void {
    const { text } = this;
    let at = this.at + 1;
    while (text.charCodeAt(at) === space || text.charCodeAt(at) === tab) at++;
    if (text.startsWith('define', at)) this.define(at + 6);
    else if (text.startsWith('if', at)) this.depths.push({ atIf: this.braces, atEnd: -1 });
    else if (text.startsWith('el', at)) this.nextArm();
    else if (text.startsWith('endif', at)) {
      const group = this.depths.pop();
      if (group && group.atEnd >= 0) this.braces = group.atEnd;
    }
    this.skipLine();
  }

  /** `#else`: the braces start again where they stood at `#if`; after `#endif` the first arm's count goes on. */
  private nextArm(): void {
    const group = this.depths.at(-1);
    if (!group) return;
    if (group.atEnd < 0) group.atEnd = this.braces;
    this.braces = group.atIf;
  }

  private define(from: number): void {
    const { text } = this;
    let at = from;
    while (text.charCodeAt(at) === space || text.charCodeAt(at) === tab) at++;
    let hash = fnvOffset;
    const start = at;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 128 || wordPart[code] === 0) break;
      hash = Math.imul(hash ^ code, fnvPrime);
    }
    if (at > start) this.report(hash | 0);
    this.at = at;
  }

  /** To the end of a directive: continued lines and comments over several lines belong to it. */
  private skipLine(): void {
    const { text } = this;
    while (this.at < text.length) {
      const end = text.indexOf('\n', this.at);
      if (end < 0) {
        this.at = text.length;
        return;
      }
      if (this.nextComment < this.at) {
        const found = text.indexOf('/*', this.at);
        this.nextComment = found < 0 ? text.length : found;
      }
      if (this.nextComment < end) {
        this.at = this.nextComment;
        this.skipComment();
        continue;
      }
      const last = text.charCodeAt(end - 1) === carriageReturn ? end - 2 : end - 1;
      if (text.charCodeAt(last) !== backslash) {
        this.at = end;
        return;
      }
      this.at = end + 1;
    }
  }
}
