/** Which function stands at a place, and where the one of a name is: told from the outline, without a parse. */
import type { Program } from '../../program/index.js';
import type { Range } from '../../text/span.js';

export interface FunctionPlace {
  readonly name: string;
  readonly range: Range;
}

/** Null outside functions. The line of its head counts as inside. */
export function functionAt(program: Program, file: string, offset: number): FunctionPlace | null {
  const around = program
    .source(file)
    ?.chunks.find(({ kind, start, end }) => kind === 'function' && start <= offset && offset <= end);
  const range = around && program.lines(file)?.rangeOf(around);
  return around?.name == null || range === undefined ? null : { name: around.name, range };
}

/** The name in the definition; null where the file, or a function of that name in it, is not there. */
export function nameRange(program: Program, file: string, name: string): Range | null {
  const chunk = program
    .source(file)
    ?.chunks.find(({ kind, name: own }) => kind === 'function' && own === name);
  if (chunk === undefined || chunk.nameStart < 0) return null;
  return program.lines(file)?.rangeOf({ start: chunk.nameStart, end: chunk.nameStart + name.length }) ?? null;
}
