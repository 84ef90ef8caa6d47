/** Operands and operators in a row, put together as C's grammar does: C 2018, 6.5. */
import type { Expr } from '../../../syntax/ir.js';

/** What stands in an expression that is not in parentheses. */
export type Piece =
  | { readonly kind: 'operand'; readonly expr: Expr }
  | { readonly kind: 'prefix' | 'postfix'; readonly make: (operand: Expr) => Expr }
  | { readonly kind: 'infix'; readonly op: string; readonly make: (left: Expr, right: Expr) => Expr };

const levels: readonly (readonly string[])[] = [
  [','],
  ['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '^=', '|='],
  ['?'],
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const precedence: ReadonlyMap<string, number> = new Map(
  levels.flatMap((ops, level) => ops.map((op): [string, number] => [op, level])),
);
/** Assignment and `? :` group from the right. */
const fromTheRight: ReadonlySet<number> = new Set([1, 2]);

/** Null for a row that is no expression. */
export function regroup(pieces: readonly Piece[]): Expr | null {
  const row = new Row(pieces);
  const whole = row.expression(0);
  return row.isAtEnd ? whole : null;
}

class Row {
  private readonly pieces: readonly Piece[];
  private at = 0;

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }

  get isAtEnd(): boolean {
    return this.at === this.pieces.length;
  }

  /** As long as operators bind at `least` that tightly. */
  expression(least: number): Expr | null {
    let left = this.operand();
    for (let next = this.pieces[this.at]; left !== null; next = this.pieces[this.at]) {
      if (next?.kind !== 'infix') break;
      const level = precedence.get(next.op);
      if (level === undefined) return null;
      if (level < least) break;
      this.at += 1;
      const right = this.expression(fromTheRight.has(level) ? level : level + 1);
      left = right === null ? null : next.make(left, right);
    }
    return left;
  }

  /** Operators in front of an operand bind less tightly than those behind it. */
  private operand(): Expr | null {
    const piece = this.pieces[this.at++];
    if (piece?.kind === 'prefix') {
      const inner = this.operand();
      return inner === null ? null : piece.make(inner);
    }
    if (piece?.kind !== 'operand') return null;
    let expr = piece.expr;
    for (let next = this.pieces[this.at]; next?.kind === 'postfix'; next = this.pieces[this.at]) {
      expr = next.make(expr);
      this.at += 1;
    }
    return expr;
  }
}
