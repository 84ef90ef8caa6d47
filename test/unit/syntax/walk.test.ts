import { describe, expect, it } from 'vitest';
import { createKernelParser } from '../../../server/src/syntax/index.js';
import type { Expr, FunctionFacts, NameExpr } from '../../../server/src/syntax/ir.js';
import {
  callsIn,
  enclosing,
  functionValueName,
  isExpr,
  isStmt,
  walk,
  walkExprs,
  walkStmts,
} from '../../../server/src/syntax/walk.js';

const parser = await createKernelParser();

function functionOf(text: string): FunctionFacts {
  const file = parser.outline('a.c', text);
  const fn = file.chunks.flatMap((chunk) => parser.facts(file, chunk).functions)[0];
  if (!fn) throw new Error('no function');
  return fn;
}

const name = (text: string): NameExpr => ({ kind: 'name', name: text, start: 0, end: 0 });

describe('walking', () => {
  it('meets every call once, in the order of the text, wherever it stands', () => {
    const fn = functionOf(`int f(int a)
{
	int x = one(two());
	if (three(a) && !four())
		return five();
	for (six(); seven(); eight())
		nine();
	list_for_each(ten(), eleven) twelve();
	switch (thirteen()) {
	case 1:
		x = ({ fourteen(); fifteen(); });
		break;
	}
	do { s.field[sixteen()] += a ? seventeen() : eighteen(); } while (nineteen());
	asm("nop" : : "r" (twenty()));
	return (twentyone(), (long)twentytwo());
}
`);
    const words =
      'one two three four five six seven eight nine list_for_each ten twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty twentyone twentytwo';
    const found = callsIn(fn).map((call) => (call.callee as NameExpr).name);
    expect(found.filter((one) => one !== 'list_for_each')).toEqual(
      words.split(' ').filter((one) => one !== 'list_for_each'),
    );
  });

  it('leaves out what the visitor does not want to see', () => {
    const fn = functionOf('int f(int k) { g(h(1)); return k + sizeof(struct s); }\n');
    const seen: string[] = [];
    walkExprs(fn, (node) => {
      if (node.kind === 'name') seen.push(node.name);
      return node.kind !== 'call';
    });
    expect(seen).toEqual(['k']);
    expect(callsIn(fn).map((call) => (call.callee as NameExpr).name)).toEqual(['g', 'h']);
  });

  it('knows what is around a node', () => {
    const fn = functionOf('int f(int a) { if (a) { while (g(a)) h(); } return 0; }\n');
    const around: string[] = [];
    walkStmts(fn, (node, up) => {
      if (node.kind !== 'expr') return;
      const loop = enclosing(up, (one) => one.kind === 'loop');
      for (let path = up; path !== null; path = path.up) around.push(path.node.kind);
      expect(loop?.kind).toBe('loop');
    });
    expect(around).toEqual(['loop', 'block', 'if']);
  });

  it('tells statements from expressions', () => {
    const fn = functionOf('int f(int a) { int b = a; g(b); return b; }\n');
    walk(fn.variants[0]!.body, (node) => {
      expect(isStmt(node)).toBe(!isExpr(node));
    });
  });

  it('does not run out of stack', () => {
    let deep: Expr = name('x');
    for (let i = 0; i < 200_000; i++) deep = { kind: 'unary', op: '!', operand: deep, start: 0, end: 0 };
    let count = 0;
    walk([deep], () => {
      count++;
    });
    expect(count).toBe(200_001);
  });

  it('sees the function in a value', () => {
    const cast: Expr = {
      kind: 'cast',
      type: { base: 'void', pointers: 1 },
      operand: name('f'),
      start: 0,
      end: 0,
    };
    const address: Expr = { kind: 'unary', op: '&', operand: cast, start: 0, end: 0 };
    expect(functionValueName(address)).toBe('f');
    expect(functionValueName({ kind: 'number', text: '0', start: 0, end: 0 })).toBeNull();
  });
});
