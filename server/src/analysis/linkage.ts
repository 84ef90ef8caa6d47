/** Questions about definitions that the analysis asks of a program. */
import type { FunctionRef, Program } from '../program/index.js';

/** The functions a file defines, in source order. */
export function functionsIn(program: Program, file: string): readonly FunctionRef[] {
  return program.facts(file)?.functions ?? [];
}

/** Every definition of `name` in the selected files. */
export function definitions(program: Program, name: string): readonly FunctionRef[] {
  const found: FunctionRef[] = [];
  for (const place of program.mentions(name)) {
    if (program.source(place.file)?.chunks[place.chunk]?.name !== name) continue;
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
