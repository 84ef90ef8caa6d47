/**
 * The directives of a file and the structure its `#if` groups make, read from the tokens.
 *
 * Nothing is evaluated and no arm is preferred: each arm gets the condition under which the compiler would see it.
 * Only what no compilation of C can see is `false`: `#if 0`, `#ifdef __cplusplus`, `#ifdef __ASSEMBLY__`.
 */
import type { Span } from '../text/span.js';
import { wordOf } from './build/intern.js';
import { and, defined, FALSE, not, parseCondition, TRUE } from './conditions.js';
import type { PpCondition, PpRegion } from './ir.js';
import { TokenKind, type Tokens } from './lexer.js';

export type DirectiveKind = 'if' | 'elif' | 'else' | 'endif' | 'define' | 'include' | 'other';

/** One directive line with its continuations: tokens [firstToken, endToken), the closing line end included. */
export interface Directive extends Span {
  readonly kind: DirectiveKind;
  /** The word after `#`: `ifdef`, `pragma`; '' for a lone `#`. */
  readonly word: string;
  readonly firstToken: number;
  readonly endToken: number;
}

/** The text between two conditional directives of one group: tokens [firstToken, endToken). */
export interface PpArm extends Span {
  /** That this arm and no earlier one of its group is chosen; says nothing of the groups around. */
  readonly condition: PpCondition;
  /** The same and the conditions of all groups around. */
  readonly fullCondition: PpCondition;
  readonly firstToken: number;
  readonly endToken: number;
}

/** `#if ... #endif` with its arms, in order of the opening directive. */
export interface PpGroup {
  readonly index: number;
  readonly arms: readonly PpArm[];
  readonly hasElse: boolean;
  /** Condition under which no arm is chosen; false when there is an `#else`. */
  readonly noneCondition: PpCondition;
  readonly firstToken: number;
  readonly endToken: number;
  /** Group and arm it stands in; -1 at file level. */
  readonly parent: number;
  readonly parentArm: number;
}

export interface Preprocessing {
  readonly directives: readonly Directive[];
  readonly groups: readonly PpGroup[];
  readonly regions: readonly PpRegion[];
}

const KINDS: Readonly<Record<string, DirectiveKind>> = {
  if: 'if',
  ifdef: 'if',
  ifndef: 'if',
  elif: 'elif',
  elifdef: 'elif',
  elifndef: 'elif',
  else: 'else',
  endif: 'endif',
  define: 'define',
  include: 'include',
  include_next: 'include',
};

/** Directives, groups and regions of a file. */
export function preprocess(text: string, tokens: Tokens): Preprocessing {
  const directives = listDirectives(text, tokens);
  const groups = new GroupReader(text, tokens, directives).read();
  return { directives, groups, regions: regionsOf(groups) };
}

function listDirectives(text: string, tokens: Tokens): readonly Directive[] {
  const { count, kinds, starts, ends } = tokens;
  const directives: Directive[] = [];
  for (let i = 0; i < count; i++) {
    if (kinds[i] !== TokenKind.directive) continue;
    const firstToken = i++;
    while (i < count && kinds[i] === TokenKind.comment) i++;
    const word = kinds[i] === TokenKind.identifier ? text.slice(starts[i], ends[i]) : '';
    while (i < count && kinds[i] !== TokenKind.directiveEnd) i++;
    const endToken = Math.min(i + 1, count);
    const kind = Object.hasOwn(KINDS, word) ? (KINDS[word] as DirectiveKind) : 'other';
    directives.push({
      kind,
      word,
      firstToken,
      endToken,
      start: starts[firstToken] as number,
      end: ends[endToken - 1] as number,
    });
  }
  return directives;
}

interface OpenGroup {
  readonly index: number;
  readonly firstToken: number;
  readonly parent: number;
  readonly parentArm: number;
  readonly arms: PpArm[];
  /** Condition of the text the group stands in. */
  readonly around: PpCondition;
  /** Directive that opened the arm being read, and the condition it states. */
  opener: Directive;
  own: PpCondition;
  /** Negations of the conditions of the arms before. */
  readonly refused: PpCondition[];
  hasElse: boolean;
}

class GroupReader {
  private readonly groups: PpGroup[] = [];
  private readonly open: OpenGroup[] = [];
  private readonly text: string;
  private readonly tokens: Tokens;
  private readonly directives: readonly Directive[];
  private readonly guard: Directive | null;

  constructor(text: string, tokens: Tokens, directives: readonly Directive[]) {
    this.text = text;
    this.tokens = tokens;
    this.directives = directives;
    this.guard = this.findIncludeGuard();
  }

  read(): readonly PpGroup[] {
    for (const directive of this.directives) {
      const top = this.open[this.open.length - 1];
      switch (directive.kind) {
        case 'if':
          this.openGroup(directive, top);
          break;
        case 'elif':
        case 'else':
          if (top !== undefined) this.nextArm(top, directive);
          break;
        case 'endif':
          if (top !== undefined)
            this.closeGroup(top, directive.firstToken, directive.start, directive.endToken);
          break;
        default:
      }
    }
    // An unterminated group runs to the end of the text.
    for (let top = this.open.at(-1); top !== undefined; top = this.open.at(-1)) {
      this.closeGroup(top, this.tokens.count, this.text.length, this.tokens.count);
    }
    return this.groups;
  }

  private openGroup(directive: Directive, around: OpenGroup | undefined): void {
    const group: OpenGroup = {
      index: this.groups.length,
      firstToken: directive.firstToken,
      parent: around?.index ?? -1,
      parentArm: around?.arms.length ?? -1,
      arms: [],
      around: around === undefined ? TRUE : conjunction(around.around, chain(around.refused, around.own)),
      opener: directive,
      own: directive === this.guard ? TRUE : this.conditionOf(directive),
      refused: [],
      hasElse: false,
    };
    // Its place in the list is that of its opening; what it holds is known when it closes.
    this.groups.push(placeholder(group));
    this.open.push(group);
  }

  private nextArm(group: OpenGroup, directive: Directive): void {
    this.closeArm(group, directive.firstToken, directive.start);
    group.refused.push(not(group.own));
    group.opener = directive;
    group.own = directive.kind === 'else' ? TRUE : this.conditionOf(directive);
    if (directive.kind === 'else') group.hasElse = true;
  }

  private closeArm(group: OpenGroup, endToken: number, end: number): void {
    const condition = chain(group.refused, group.own);
    group.arms.push({
      condition,
      fullCondition: conjunction(group.around, condition),
      firstToken: group.opener.endToken,
      endToken,
      start: group.opener.end,
      end: Math.max(end, group.opener.end),
    });
  }

  private closeGroup(group: OpenGroup, armEnd: number, end: number, endToken: number): void {
    this.closeArm(group, armEnd, end);
    this.open.pop();
    this.groups[group.index] = {
      index: group.index,
      arms: group.arms,
      hasElse: group.hasElse,
      noneCondition: group.hasElse ? FALSE : chain(group.refused, not(group.own)),
      firstToken: group.firstToken,
      endToken,
      parent: group.parent,
      parentArm: group.parentArm,
    };
  }

  private conditionOf(directive: Directive): PpCondition {
    const { kinds, starts, ends } = this.tokens;
    const from = this.wordToken(directive) + 1;
    const to = directive.endToken - 1;
    const isNameTest = directive.word.endsWith('def');
    if (!isNameTest) return parseCondition(this.text, this.tokens, from, to);
    let at = from;
    while (at < to && kinds[at] === TokenKind.comment) at++;
    const name = at < to ? wordOf(this.text, starts[at] as number, ends[at] as number) : '';
    const condition = defined(name);
    return directive.word.endsWith('ndef') ? not(condition) : condition;
  }

  private wordToken(directive: Directive): number {
    let at = directive.firstToken + 1;
    while (this.tokens.kinds[at] === TokenKind.comment) at++;
    return at;
  }

  /** `#ifndef X` `#define X` around a whole file says nothing of when its text is compiled. */
  private findIncludeGuard(): Directive | null {
    const [first, second] = this.directives;
    if (first?.word !== 'ifndef' || second?.kind !== 'define') return null;
    const name = this.nameAfter(first);
    if (name === '' || name !== this.nameAfter(second)) return null;
    let depth = 0;
    for (const directive of this.directives) {
      if (directive.kind === 'if') depth++;
      if ((directive.kind === 'else' || directive.kind === 'elif') && depth === 1) return null;
      if (directive.kind === 'endif' && --depth === 0)
        return this.isLastToken(directive.endToken) ? first : null;
    }
    return null;
  }

  private nameAfter(directive: Directive): string {
    const at = this.wordToken(directive) + 1;
    return this.text.slice(this.tokens.starts[at], this.tokens.ends[at]);
  }

  /** Whether nothing but comments and directives is left from this token on. */
  private isLastToken(from: number): boolean {
    const { count, kinds } = this.tokens;
    let at = from;
    while (at < count && kinds[at] === TokenKind.comment) at++;
    return at >= count;
  }
}

function placeholder(group: OpenGroup): PpGroup {
  return { ...group, arms: [], hasElse: false, noneCondition: FALSE, endToken: group.firstToken };
}

/** Longer conditions are named, not spelt out: conditions of a deep nest would grow with its square. */
const LONGEST = 32;

function chain(refused: readonly PpCondition[], own: PpCondition): PpCondition {
  if (refused.length <= LONGEST) return and([...refused, own]);
  return and([{ kind: 'opaque', text: `none of the ${refused.length} conditions before` }, own]);
}

function conjunction(around: PpCondition, inner: PpCondition): PpCondition {
  if (around.kind !== 'and' || around.of.length <= LONGEST) return and([around, inner]);
  return inner.kind === 'false' ? inner : around;
}

function regionsOf(groups: readonly PpGroup[]): readonly PpRegion[] {
  const regions: PpRegion[] = [];
  for (const group of groups) {
    for (const arm of group.arms) {
      const condition = arm.fullCondition;
      if (condition.kind !== 'true') regions.push({ start: arm.start, end: arm.end, condition });
    }
  }
  return regions.sort((a, b) => a.start - b.start || b.end - a.end);
}
