import { fileURLToPath } from 'node:url';
import { createProgram, type FunctionRef, type Program } from '../../../server/src/program/index.js';
import { createKernelParser } from '../../../server/src/syntax/index.js';
import type { Expr } from '../../../server/src/syntax/ir.js';
import { walkExprs } from '../../../server/src/syntax/walk.js';

export const smallTree = fileURLToPath(new URL('../../../fixtures/trees/small', import.meta.url));

export const parser = await createKernelParser();

/** A program of texts in memory, all of them selected. */
export function programOf(texts: Record<string, string>): Program {
  return createProgram({
    tree: { root: '/nowhere', version: null },
    files: new Map(Object.entries(texts)),
    parser,
  });
}

/** `file:line` of a fact. */
export function at(program: Program, fact: { readonly file: string; readonly start: number }): string {
  return `${fact.file}:${program.lineOf(fact.file, fact.start)}`;
}

export function fn(program: Program, name: string, file: string): FunctionRef {
  const found = program.functionsNamed(name, file)[0];
  if (!found) throw new Error(`no function ${name} seen from ${file}`);
  return found;
}

/** The type of the expression written as `text` in a function, as `struct x **`; null when it is not known. */
export function typeIn(program: Program, where: FunctionRef, text: string): string | null {
  let found: Expr | null = null;
  walkExprs(where, (node) => {
    if (found === null && program.textOf(where.file, node) === text) found = node;
  });
  if (found === null) throw new Error(`no expression ${text} in ${where.name}`);
  const type = program.typeOf(found, program.scopeOf(where));
  if (type === null) return null;
  return `${type.base}${type.isFunction ? '()' : ''}${type.pointers > 0 ? ` ${'*'.repeat(type.pointers)}` : ''}`;
}
