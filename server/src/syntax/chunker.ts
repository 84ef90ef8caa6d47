/**
 * Cuts a file into chunks from its tokens alone: no parse, one pass, a few bytes of state.
 *
 * `#if` alternatives are followed one arm at a time from the state at `#if`; after `#endif` the first arm's state
 * goes on (as Universal Ctags does), so braces that open in every arm count once. A construct that starts in one
 * arm and ends beyond the group is one chunk over all its arms.
 */
import { annotationCalls, annotationWords } from '@vringside/grammars/dialect';
import { kept } from './build/intern.js';
import { declarationName, functionNameToken, isOldStyleHead, leadsToBody } from './chunk-names.js';
import { FRESH, type Frame, type State } from './chunk-state.js';
import { TRUE } from './conditions.js';
import type { PpCondition } from './ir.js';
import { TokenKind, type Tokens } from './lexer.js';
import type { Directive, PpGroup, Preprocessing } from './preprocessor.js';
import type { Chunk, ChunkKind } from './source.js';

/** Keywords that begin a declaration: in column 0, after something complete, they begin a new chunk. */
const STARTERS: ReadonlySet<string> = new Set([
  'static',
  'extern',
  'typedef',
  'inline',
  '__inline',
  '__inline__',
]);
const CONTROL: ReadonlySet<string> = new Set([
  'if',
  'for',
  'while',
  'switch',
  'do',
  'else',
  'return',
  'goto',
  'case',
]);

export class Chunker {
  private readonly text: string;
  private readonly tokens: Tokens;
  private readonly directives: readonly Directive[];
  private readonly groups: readonly PpGroup[];
  private chunks: Chunk[] = [];
  private frames: Frame[] = [];
  private state: State = { ...FRESH };
  private nextDirective = 0;
  private nextGroup = 0;
  /** From here on a `}` in column 0 ends a function whatever the braces say. */
  private lenientFrom = Number.POSITIVE_INFINITY;

  constructor(text: string, tokens: Tokens, { directives, groups }: Preprocessing) {
    this.text = text;
    this.tokens = tokens;
    this.directives = directives;
    this.groups = groups;
  }

  run(): readonly Chunk[] {
    this.scan();
    if (this.state.first >= 0 && this.state.braces > 0) {
      // Braces that never balance: read again, now trusting the layout from the place where it went wrong.
      this.lenientFrom = this.state.first;
      this.restart();
      this.scan();
    }
    if (this.state.first >= 0) this.close(this.tokens.count, null);
    return this.chunks
      .sort((a, b) => a.firstToken - b.firstToken || b.endToken - a.endToken)
      .map((chunk, index) => ({ ...chunk, index }));
  }

  private restart(): void {
    this.chunks = [];
    this.frames = [];
    this.state = { ...FRESH };
    this.nextDirective = 0;
    this.nextGroup = 0;
  }

  private scan(): void {
    const { count, kinds } = this.tokens;
    let at = 0;
    while (at < count) {
      const kind = kinds[at] as number;
      if (kind === TokenKind.comment) at++;
      else if (kind === TokenKind.directive) at = this.readDirective(at);
      else {
        this.readToken(at, kind);
        this.state.last = at;
        at++;
      }
    }
  }

  // ---- directives ----------------------------------------------------------------------------------------

  /** Handles the directive that opens at `at`; returns the token to go on with. */
  private readDirective(at: number): number {
    const directive = this.directives[this.nextDirective++];
    if (directive === undefined || directive.firstToken !== at) return at + 1;
    if (this.isFinishedInvocation() ? !this.isSplitHead(directive) : this.isLoneMacro())
      this.close(at, 'invocation');
    switch (directive.kind) {
      case 'define':
        this.emit('macro', directive.firstToken, directive.endToken, this.defineName(directive), this.here());
        break;
      case 'include':
        this.emit('include', directive.firstToken, directive.endToken, null, this.here());
        break;
      case 'if':
        this.openGroup();
        return this.enterArm(directive);
      case 'elif':
      case 'else':
        if (this.frames.length > 0) this.endArm(false);
        return this.enterArm(directive);
      case 'endif':
        if (this.frames.length > 0) this.closeGroup(directive.endToken);
        break;
      default:
    }
    return directive.endToken;
  }

  private openGroup(): void {
    const group = this.groups[this.nextGroup++];
    if (group === undefined) return;
    const isWithin = this.frames.at(-1)?.isWithin ?? false;
    this.frames.push({ group, arm: undefined, nextArm: 0, atIf: { ...this.state }, result: null, isWithin });
  }

  /** Moves into the arm the directive opens, or past it when no compilation sees it. */
  private enterArm(directive: Directive): number {
    const frame = this.frames.at(-1);
    if (frame === undefined) return directive.endToken;
    const arm = frame.group.arms[frame.nextArm++];
    frame.arm = arm;
    if (arm === undefined || arm.condition.kind !== 'false') return directive.endToken;
    while (this.nextDirective < this.directives.length) {
      const inner = this.directives[this.nextDirective] as Directive;
      if (inner.firstToken >= arm.endToken) break;
      if (inner.kind === 'if') this.nextGroup++;
      this.nextDirective++;
    }
    return arm.endToken;
  }

  private endArm(isLast: boolean): void {
    const frame = this.frames.at(-1) as Frame;
    const isDead = frame.arm?.condition.kind === 'false';
    if (!isDead) {
      const isUnfinished = this.state.first >= 0 && this.state.first !== frame.atIf.first;
      if (frame.result === null || (isUnfinished && frame.result.first < 0)) frame.result = { ...this.state };
      if (isUnfinished) frame.isWithin = true;
    }
    if (!isLast) this.state = { ...frame.atIf };
  }

  private closeGroup(endToken: number): void {
    this.endArm(true);
    const frame = this.frames.pop() as Frame;
    if (frame.result !== null) this.state = { ...frame.result };
    else this.state = { ...frame.atIf };
    if (this.state.frames > this.frames.length) this.state.frames = this.frames.length;
    if (this.state.isClosed && this.state.frames === this.frames.length) this.close(endToken, null);
  }

  private here(): PpCondition {
    return this.frames.at(-1)?.arm?.fullCondition ?? TRUE;
  }

  // ---- tokens --------------------------------------------------------------------------------------------

  private readToken(at: number, kind: number): void {
    const { state } = this;
    if (state.isClosed) return;
    if (state.first >= 0 && state.braces === 0 && kind === TokenKind.identifier && this.isAtColumnZero(at)) {
      if (this.beginsAnew(at)) this.close(at, null);
    }
    if (this.state.first < 0) {
      if (kind === TokenKind.semicolon || kind === TokenKind.closeBrace) return;
      this.state = { ...FRESH, first: at, frames: this.frames.length };
    }
    if (this.state.braces > 0) this.readInBraces(at, kind);
    else if (this.state.parens > 0) this.readInParens(kind);
    else this.readInHead(at, kind);
  }

  private readInBraces(at: number, kind: number): void {
    const { state } = this;
    if (kind === TokenKind.openBrace) state.braces++;
    if (kind !== TokenKind.closeBrace) return;
    state.braces--;
    if (at >= this.lenientFrom && state.body === 'function' && this.isAtColumnZero(at)) state.braces = 0;
    if (state.braces > 0) return;
    if (state.body === 'function') this.finish(at + 1, 'function');
    else if (state.body === 'other') this.finish(at + 1, 'other');
  }

  private readInParens(kind: number): void {
    const { state } = this;
    if (kind === TokenKind.openParen || kind === TokenKind.openBracket) state.parens++;
    else if (kind === TokenKind.closeParen || kind === TokenKind.closeBracket) state.parens--;
  }

  private readInHead(at: number, kind: number): void {
    const { state } = this;
    switch (kind) {
      case TokenKind.openParen:
        state.hasParens = true;
        state.parens++;
        if (state.groups++ === 0) state.isCall = state.last === state.first;
        break;
      case TokenKind.openBracket:
        state.parens++;
        break;
      case TokenKind.assign:
        state.hasAssign = true;
        break;
      case TokenKind.identifier:
        this.readWord(at);
        break;
      case TokenKind.star:
        state.aggregate = 0;
        break;
      case TokenKind.openBrace:
        this.openBody(at);
        break;
      case TokenKind.semicolon:
        if (!this.isOldStyleFunction(at)) this.finish(at + 1, null);
        break;
      default:
    }
  }

  private readWord(at: number): void {
    const { state } = this;
    const word = this.word(at);
    if (word === 'struct' || word === 'union' || word === 'enum') {
      state.aggregate = 1;
    } else if (state.aggregate !== 0 && !isAnnotation(word)) {
      state.aggregate = state.aggregate === 1 ? 2 : 0;
    }
  }

  private openBody(at: number): void {
    const { state } = this;
    if (state.first + 1 < at && this.word(state.first) === 'extern' && this.isLinkage(at)) {
      // What `extern "C" {` encloses is at file level.
      this.state = { ...FRESH };
      return;
    }
    state.braces = 1;
    if (state.hasAssign) state.body = 'initializer';
    else if (state.aggregate !== 0) state.body = 'aggregate';
    else if (state.body === 'aggregate') state.body = state.hasParens ? 'function' : 'aggregate';
    else state.body = state.hasParens ? 'function' : 'other';
  }

  private isLinkage(at: number): boolean {
    return this.tokens.kinds[this.state.last] === TokenKind.string && this.state.last < at;
  }

  private isOldStyleFunction(at: number): boolean {
    const { state, tokens } = this;
    if (!state.hasParens || state.hasAssign || tokens.kinds[state.last] === TokenKind.closeParen)
      return false;
    return isOldStyleHead(this.text, tokens, state.first, at);
  }

  /** Whether the word in column 0 starts another construct although nothing has ended the one before. */
  private beginsAnew(at: number): boolean {
    const { state, tokens } = this;
    if (state.parens > 0) return false;
    const lastKind = tokens.kinds[state.last];
    const word = this.word(at);
    if (STARTERS.has(word)) {
      const isComplete = lastKind === TokenKind.closeParen || lastKind === TokenKind.closeBrace;
      return isComplete || (state.hasAssign && lastKind !== TokenKind.assign);
    }
    return this.isFinishedInvocation() && !isAnnotation(word) && !leadsToBody(tokens, at);
  }

  /** `NAME(...)` and nothing else: complete, should the next token open a new line. */
  private isFinishedInvocation(): boolean {
    const { state, tokens } = this;
    if (state.first < 0 || state.isClosed || state.braces > 0 || state.parens > 0) return false;
    if (
      tokens.kinds[state.last] !== TokenKind.closeParen ||
      tokens.kinds[state.first] !== TokenKind.identifier
    )
      return false;
    const word = this.word(state.first);
    return state.groups === 1 && state.isCall && !isAnnotation(word) && !CONTROL.has(word);
  }

  /** Whether a `{` follows the group the directive belongs to: its arms hold heads of one function. */
  private isSplitHead(directive: Directive): boolean {
    const group = this.frames.at(-1)?.group;
    const isOfGroup = directive.kind === 'elif' || directive.kind === 'else' || directive.kind === 'endif';
    return (
      isOfGroup &&
      group !== undefined &&
      this.tokens.kinds[this.next(group.endToken - 1)] === TokenKind.openBrace
    );
  }

  /** `NAME` and nothing else: a macro, unless it is a word of a declaration that goes on. */
  private isLoneMacro(): boolean {
    const { state } = this;
    if (state.first < 0 || state.first !== state.last || state.isClosed) return false;
    const word = this.word(state.first);
    return /^[A-Z][A-Z0-9_]*$/.test(word) && !isAnnotation(word);
  }

  private next(at: number): number {
    let next = at + 1;
    while (this.tokens.kinds[next] === TokenKind.comment) next++;
    return next;
  }

  private isAtColumnZero(at: number): boolean {
    const start = this.tokens.starts[at] as number;
    return start === 0 || this.text.charCodeAt(start - 1) === 10 || this.text.charCodeAt(start - 1) === 13;
  }

  private word(at: number): string {
    return this.text.slice(this.tokens.starts[at], this.tokens.ends[at]);
  }

  // ---- chunks --------------------------------------------------------------------------------------------

  /** The construct is complete; within an arm it goes on to the `#endif` of the group it has outgrown. */
  private finish(endToken: number, kind: ChunkKind | null): void {
    const { state } = this;
    if (this.frames.length > state.frames && this.isSplit()) {
      state.isClosed = true;
      return;
    }
    this.close(endToken, kind);
  }

  /** Whether the arm we are in was entered with this chunk under way. */
  private isSplit(): boolean {
    return this.frames.at(-1)?.atIf.first === this.state.first;
  }

  private close(endToken: number, kind: ChunkKind | null): void {
    const { state } = this;
    const condition = this.frames[state.frames - 1]?.arm?.fullCondition ?? TRUE;
    const isHidden = this.frames.at(-1)?.isWithin === true && this.frames.at(-1)?.atIf.first !== state.first;
    if (!isHidden) {
      const shape = kind ?? this.shapeOf();
      if (shape === 'function') {
        const at = functionNameToken(this.text, this.tokens, state.first, endToken);
        this.emit(shape, state.first, endToken, at < 0 ? null : this.word(at), condition, at);
      } else {
        this.emit(shape, state.first, endToken, this.nameOf(shape, endToken), condition);
      }
    }
    this.state = { ...FRESH };
  }

  private shapeOf(): ChunkKind {
    const { state, tokens } = this;
    if (state.body === 'function') return 'function';
    if (state.body === 'other') return 'other';
    if (tokens.kinds[state.first] !== TokenKind.identifier) return 'other';
    const isCall =
      state.body === 'none' &&
      !state.hasAssign &&
      tokens.kinds[this.next(state.first)] === TokenKind.openParen;
    return isCall && !annotationCalls.has(this.word(state.first)) ? 'invocation' : 'declaration';
  }

  private nameOf(kind: ChunkKind, endToken: number): string | null {
    const first = this.state.first;
    if (kind === 'invocation') return this.word(first);
    return kind === 'declaration' ? declarationName(this.text, this.tokens, first, endToken) : null;
  }

  private defineName(directive: Directive): string | null {
    const { kinds } = this.tokens;
    let at = this.next(directive.firstToken);
    at = this.next(at);
    return kinds[at] === TokenKind.identifier ? this.word(at) : null;
  }

  private emit(
    kind: ChunkKind,
    firstToken: number,
    endToken: number,
    name: string | null,
    condition: PpCondition,
    nameToken = -1,
  ): void {
    const { starts, ends } = this.tokens;
    let last = endToken - 1;
    while (last > firstToken && this.tokens.kinds[last] === TokenKind.comment) last--;
    this.chunks.push({
      index: 0,
      kind,
      name: name === null ? null : kept(name),
      nameStart: nameToken < 0 ? -1 : (starts[nameToken] as number),
      condition,
      start: starts[firstToken] as number,
      end: ends[last] as number,
      firstToken,
      endToken: last + 1,
    });
  }
}

function isAnnotation(word: string): boolean {
  return annotationWords.has(word) || annotationCalls.has(word);
}
