/** A small reader of C-like expressions, as far as conditions need them. */

export type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'member'; readonly object: Expression; readonly field: string }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | { readonly kind: 'unary'; readonly op: string; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expression; readonly right: Expression };

/** Null when the text is no expression. */
export function parseExpression(text: string): Expression | null {
  const tokens = tokenize(text);
  return tokens === null || tokens.length === 0 ? null : new Parser(tokens).whole();
}

const tokenPattern =
  /\s*(?:([A-Za-z_]\w*)|(0[xX][0-9a-fA-F]+|\d+)[uUlL]*|(->|&&|\|\||==|!=|<=|>=|<<|>>|[-!~()[\].,<>&|^+*/%?:]))/y;

function tokenize(text: string): string[] | null {
  const tokens: string[] = [];
  const trimmed = text.trim();
  tokenPattern.lastIndex = 0;
  for (let at = 0; at < trimmed.length; at = tokenPattern.lastIndex) {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(trimmed);
    if (match === null) return null;
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

const binaryLevels: readonly (readonly string[])[] = [
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

class Parser {
  private at = 0;
  private readonly tokens: readonly string[];

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  whole(): Expression | null {
    const e = this.binary(0);
    return this.at === this.tokens.length ? e : null;
  }

  private binary(level: number): Expression | null {
    const ops = binaryLevels[level];
    if (ops === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (let op = this.peek(); left !== null && ops.includes(op); op = this.peek()) {
      this.at += 1;
      const right = this.binary(level + 1);
      left = right === null ? null : { kind: 'binary', op, left, right };
    }
    return left;
  }

  private unary(): Expression | null {
    const op = this.peek();
    if (!['!', '~', '-', '*', '&'].includes(op)) return this.postfix();
    this.at += 1;
    const operand = this.unary();
    return operand === null ? null : { kind: 'unary', op, operand };
  }

  private postfix(): Expression | null {
    let e = this.primary();
    while (e !== null) {
      const op = this.peek();
      if (op === '.' || op === '->') {
        this.at += 1;
        const field = this.next();
        e = /^[A-Za-z_]/.test(field) ? { kind: 'member', object: e, field } : null;
      } else if (op === '[') {
        this.at += 1;
        const index = this.binary(0);
        e = index !== null && this.next() === ']' ? { kind: 'index', object: e, index } : null;
      } else if (op === '(' && (e.kind === 'name' || e.kind === 'member')) {
        const args = this.args();
        const name = e.kind === 'name' ? e.name : e.field;
        e = args === null ? null : { kind: 'call', name, args };
      } else break;
    }
    return e;
  }

  private args(): Expression[] | null {
    this.at += 1;
    const args: Expression[] = [];
    if (this.peek() === ')') {
      this.at += 1;
      return args;
    }
    for (;;) {
      const arg = this.binary(0);
      if (arg === null) return null;
      args.push(arg);
      const token = this.next();
      if (token === ')') return args;
      if (token !== ',') return null;
    }
  }

  private primary(): Expression | null {
    const token = this.next();
    if (/^[A-Za-z_]/.test(token)) return { kind: 'name', name: token };
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (token !== '(') return null;
    const inner = this.binary(0);
    return inner !== null && this.next() === ')' ? inner : null;
  }

  private peek(): string {
    return this.tokens[this.at] ?? '';
  }

  private next(): string {
    const token = this.peek();
    this.at += 1;
    return token;
  }
}
