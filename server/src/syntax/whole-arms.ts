/**
 * Which arms of `#if` hold whole statements, members or list items, so that their absence changes nothing around
 * them: `#ifdef A` `x();` `#endif`, but not `#ifdef A` `if (x)` `#endif`.
 */
import { TokenKind } from './lexer.js';
import type { PpArm, PpGroup } from './preprocessor.js';
import type { Chunk, SourceFile } from './source.js';

interface OpenArm {
  readonly arm: PpArm;
  /** Kind of the last C token before the arm; 0 at the chunk's start. */
  readonly before: number;
  /** Kind of the bracket it stands in; 0 for none. */
  readonly around: number;
  readonly depth: number;
  lowest: number;
  /** First C token; -1 when there is none yet. */
  first: number;
}

/** One pass over the chunk's tokens, all arms at once. */
export function wholeArms(file: SourceFile, chunk: Chunk, groups: readonly PpGroup[]): ReadonlySet<PpArm> {
  const whole = new Set<PpArm>();
  if (groups.length === 0) return whole;
  const reader = new ArmReader(file, whole);
  const starts = armsByStart(groups);
  const { kinds } = file.tokens;
  for (let at = chunk.firstToken; at <= chunk.endToken; at++) {
    reader.endArms(at);
    const arm = starts.get(at);
    if (arm !== undefined) reader.startArm(arm);
    const kind = at < chunk.endToken ? (kinds[at] as number) : 0;
    if (kind === TokenKind.directive) {
      while (at + 1 < chunk.endToken && kinds[at] !== TokenKind.directiveEnd) at++;
    } else if (kind !== 0 && kind !== TokenKind.comment) {
      reader.readToken(at, kind);
    }
  }
  return whole;
}

function armsByStart(groups: readonly PpGroup[]): ReadonlyMap<number, PpArm> {
  const starts = new Map<number, PpArm>();
  // An empty arm shares its first token with nothing: the directive that ends it comes next.
  for (const group of groups) for (const arm of group.arms) starts.set(arm.firstToken, arm);
  return starts;
}

class ArmReader {
  private readonly file: SourceFile;
  private readonly whole: Set<PpArm>;
  private readonly open: OpenArm[] = [];
  private readonly brackets: number[] = [];
  /** How many of the innermost open arms have no token yet. */
  private fresh = 0;
  private last = 0;

  constructor(file: SourceFile, whole: Set<PpArm>) {
    this.file = file;
    this.whole = whole;
  }

  startArm(arm: PpArm): void {
    const depth = this.brackets.length;
    this.open.push({
      arm,
      before: this.last,
      around: this.brackets[depth - 1] ?? 0,
      depth,
      lowest: depth,
      first: -1,
    });
    this.fresh++;
  }

  endArms(at: number): void {
    for (let top = this.open.at(-1); top !== undefined && top.arm.endToken <= at; top = this.open.at(-1)) {
      this.open.pop();
      if (this.fresh > 0) this.fresh--;
      const parent = this.open.at(-1);
      if (parent !== undefined) parent.lowest = Math.min(parent.lowest, top.lowest);
      if (this.isWhole(top)) this.whole.add(top.arm);
    }
  }

  readToken(at: number, kind: number): void {
    for (; this.fresh > 0; this.fresh--) {
      const arm = this.open[this.open.length - this.fresh];
      if (arm !== undefined) arm.first = at;
    }
    if (kind >= TokenKind.openParen && kind <= TokenKind.closeBrace) this.readBracket(kind);
    this.last = kind;
  }

  private readBracket(kind: number): void {
    if (kind % 2 === 0) {
      this.brackets.push(kind);
      return;
    }
    this.brackets.pop();
    const top = this.open.at(-1);
    if (top !== undefined) top.lowest = Math.min(top.lowest, this.brackets.length);
  }

  private isWhole({ before, around, depth, lowest, first }: OpenArm): boolean {
    if (first < 0) return true;
    if (this.brackets.length !== depth || lowest < depth) return false;
    const { starts, ends } = this.file.tokens;
    if (this.file.text.slice(starts[first], ends[first]) === 'else') return false;
    const endsStatement =
      this.last === TokenKind.semicolon ||
      this.last === TokenKind.closeBrace ||
      this.last === TokenKind.colon;
    switch (before) {
      case TokenKind.comma:
        return this.last === TokenKind.comma && around === TokenKind.openBrace;
      case TokenKind.openBrace:
        return endsStatement || this.last === TokenKind.comma;
      case 0:
      case TokenKind.semicolon:
      case TokenKind.closeBrace:
      case TokenKind.colon:
        return endsStatement;
      default:
        return false;
    }
  }
}
