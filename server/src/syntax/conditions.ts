/** Building and reading `#if` conditions. Constants are folded, so `true` and `false` stand only at the top. */
import { neverDefined } from '@vringside/grammars/dialect';
import { wordOf } from './build/intern.js';
import type { PpCondition } from './ir.js';
import { TokenKind, type Tokens } from './lexer.js';

export const TRUE: PpCondition = { kind: 'true' };
export const FALSE: PpCondition = { kind: 'false' };

export function not(of: PpCondition): PpCondition {
  if (of.kind === 'true') return FALSE;
  if (of.kind === 'false') return TRUE;
  if (of.kind === 'not') return of.of;
  return { kind: 'not', of };
}

export function and(parts: readonly PpCondition[]): PpCondition {
  return join('and', parts);
}

export function or(parts: readonly PpCondition[]): PpCondition {
  return join('or', parts);
}

function join(kind: 'and' | 'or', parts: readonly PpCondition[]): PpCondition {
  const absorbing = kind === 'and' ? 'false' : 'true';
  const neutral = kind === 'and' ? 'true' : 'false';
  const kept: PpCondition[] = [];
  for (const part of parts) {
    if (part.kind === absorbing) return part;
    if (part.kind === neutral) continue;
    if (part.kind !== kind) kept.push(part);
    else for (const inner of part.of) kept.push(inner);
  }
  const [first, ...rest] = kept;
  if (first === undefined) return kind === 'and' ? TRUE : FALSE;
  return rest.length === 0 ? first : { kind, of: kept };
}

/** `#ifdef NAME`. A name that no C compilation of the kernel defines makes the condition false. */
export function defined(name: string): PpCondition {
  return neverDefined.has(name) ? FALSE : { kind: 'defined', name };
}

/** Beyond this the text is kept as it stands: nobody writes it, and the reader must not run out of stack. */
const DEEPEST = 100;
const LONGEST = 1000;

const ENABLED_TESTS: ReadonlySet<string> = new Set(['IS_ENABLED', 'IS_BUILTIN', 'IS_REACHABLE', 'IS_MODULE']);

/** Reads the condition of `#if` / `#elif`: the tokens [from, to). What is not logic stays an opaque atom. */
export function parseCondition(text: string, tokens: Tokens, from: number, to: number): PpCondition {
  const words: ConditionToken[] = [];
  for (let i = from; i < to; i++) {
    const kind = tokens.kinds[i] as number;
    if (kind === TokenKind.comment) continue;
    words.push({ kind, text: wordOf(text, tokens.starts[i] as number, tokens.ends[i] as number) });
  }
  if (words.length === 0) return { kind: 'opaque', text: '' };
  return new ConditionReader(words).read();
}

interface ConditionToken {
  readonly kind: number;
  readonly text: string;
}

class ConditionReader {
  private at = 0;
  private depth = 0;
  private readonly words: readonly ConditionToken[];

  constructor(words: readonly ConditionToken[]) {
    this.words = words;
  }

  read(): PpCondition {
    const isTooMuch = this.words.length > LONGEST;
    if (isTooMuch || this.words.some((word) => word.kind === TokenKind.question))
      return this.opaque(0, this.words.length);
    const condition = this.readOr();
    return this.at === this.words.length ? condition : this.opaque(0, this.words.length);
  }

  private readOr(): PpCondition {
    const parts = [this.readAnd()];
    while (this.textAt(this.at) === '||') {
      this.at++;
      parts.push(this.readAnd());
    }
    return or(parts);
  }

  private readAnd(): PpCondition {
    const parts = [this.readTerm()];
    while (this.textAt(this.at) === '&&') {
      this.at++;
      parts.push(this.readTerm());
    }
    return and(parts);
  }

  private readTerm(): PpCondition {
    const from = this.at;
    const logical = this.readLogicalTerm();
    if (logical !== null && this.isTermEnd()) return logical;
    this.at = this.endOfTerm(from);
    return this.opaque(from, this.at);
  }

  /** A term made of logic alone, or null when it is arithmetic, a comparison or a plain macro. */
  private readLogicalTerm(): PpCondition | null {
    const word = this.words[this.at];
    if (word === undefined || this.depth >= DEEPEST) return null;
    if (word.text === '!') {
      this.at++;
      this.depth++;
      const operand = this.readLogicalTerm() ?? this.readAtom();
      this.depth--;
      return operand === null ? null : not(operand);
    }
    if (word.kind === TokenKind.openParen) return this.readParenthesised();
    if (word.text === 'defined') return this.readDefined();
    if (
      ENABLED_TESTS.has(word.text) &&
      this.textAt(this.at + 1) === '(' &&
      this.textAt(this.at + 3) === ')'
    ) {
      const name = this.textAt(this.at + 2);
      this.at += 4;
      return { kind: 'enabled', test: word.text, name };
    }
    if (word.kind === TokenKind.number && /^[0-9]+[uUlL]*$/.test(word.text)) {
      this.at++;
      return /^0+[uUlL]*$/.test(word.text) ? FALSE : TRUE;
    }
    return null;
  }

  private readParenthesised(): PpCondition | null {
    this.at++;
    this.depth++;
    const inner = this.readOr();
    this.depth--;
    if (this.textAt(this.at) !== ')') return null;
    this.at++;
    return inner;
  }

  private readDefined(): PpCondition | null {
    const isCall = this.textAt(this.at + 1) === '(';
    const word = this.words[this.at + (isCall ? 2 : 1)];
    if (word?.kind !== TokenKind.identifier) return null;
    if (isCall && this.textAt(this.at + 3) !== ')') return null;
    this.at += isCall ? 4 : 2;
    return defined(word.text);
  }

  /** Operand of `!` that is no logic: a name, a call. */
  private readAtom(): PpCondition | null {
    const from = this.at;
    if (this.words[from]?.kind !== TokenKind.identifier) return null;
    this.at = this.textAt(from + 1) === '(' ? this.afterGroup(from + 1) : from + 1;
    return this.opaque(from, this.at);
  }

  private isTermEnd(): boolean {
    const text = this.textAt(this.at);
    return text === '' || text === '&&' || text === '||' || text === ')';
  }

  private endOfTerm(from: number): number {
    let at = from;
    while (at < this.words.length) {
      const text = this.textAt(at);
      if (text === '&&' || text === '||' || text === ')') break;
      at = text === '(' ? this.afterGroup(at) : at + 1;
    }
    return at;
  }

  private afterGroup(open: number): number {
    let depth = 0;
    for (let at = open; at < this.words.length; at++) {
      const text = this.textAt(at);
      if (text === '(') depth++;
      if (text === ')' && --depth === 0) return at + 1;
    }
    return this.words.length;
  }

  private textAt(at: number): string {
    return this.words[at]?.text ?? '';
  }

  private opaque(from: number, to: number): PpCondition {
    let text = '';
    for (let i = from; i < to; i++) {
      const word = this.textAt(i);
      const before = this.textAt(i - 1);
      const isTight =
        i === from ||
        before === '(' ||
        word === ')' ||
        before === '!' ||
        (word === '(' && /\w$/.test(before));
      text += (isTight ? '' : ' ') + word;
    }
    return { kind: 'opaque', text };
  }
}
