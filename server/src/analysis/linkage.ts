/** Questions about definitions that the analysis asks of a program. */
import { siteName } from '@vringside/grammars/relevance';
import type { FileFacts, FunctionRef, Program } from '../program/index.js';

const tests = new WeakMap<Program, ReturnType<Program['nameTest']>>();

/** The facts of a file that can bear on a site; chunks that hold no name a detector looks for are not parsed. */
export function relevantFacts(program: Program, file: string): FileFacts {
  let test = tests.get(program);
  if (test === undefined) {
    test = program.nameTest(siteName);
    tests.set(program, test);
  }
  return program.factsHolding(file, test);
}

/** The functions of a file that can hold a site, in source order. */
export function functionsIn(program: Program, file: string): readonly FunctionRef[] {
  return relevantFacts(program, file).functions;
}

/** Every definition of `name` in the selected files. */
export function definitions(program: Program, name: string): readonly FunctionRef[] {
  const found: FunctionRef[] = [];
  for (const place of program.mentions(name)) {
    if (program.chunkName(place) !== name) continue;
    for (const fn of program.chunkFacts(place)?.functions ?? []) if (fn.name === name) found.push(fn);
  }
  return found;
}

/** True when code we don't see may call the function: it is exported, kept in a table, or stands in a header. */
export function isReachableFromOutside(program: Program, fn: FunctionRef): boolean {
  if (/\.h$/i.test(fn.file) || program.usesOf(fn).length > 0) return true;
  if (fn.isStatic) return false;
  return program.chunksMentioning(fn.file, fn.name).some((chunk) => {
    const invocations = program.chunkFacts({ file: fn.file, chunk })?.invocations ?? [];
    return invocations.some((i) => /^EXPORT_/.test(i.macro));
  });
}
