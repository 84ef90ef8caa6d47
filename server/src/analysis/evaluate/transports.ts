/** The code of a transport that settles the features: its `finalize_features`, found in the table of its operations. */
import { transportFiles } from '@vringside/grammars/leaf-bindings';
import type { FunctionRef, Program } from '../../program/index.js';
import { slot } from './drivers.js';
import type { Names } from './running/names.js';

/** Null where the tree does not hold the transport, or it is not built. */
export function finalizerOf(names: Names, transport: string): FunctionRef | null {
  for (const file of transportFiles[transport] ?? []) {
    for (const name of finalizersIn(names.program, file)) {
      const fn = names.function(name, file);
      if (fn !== null && 'name' in fn) return fn;
    }
  }
  return null;
}

function finalizersIn(program: Program, file: string): string[] {
  return program
    .chunksMentioning(file, 'finalize_features')
    .flatMap((chunk) => program.chunkFacts({ file, chunk })?.globals ?? [])
    .flatMap(({ init }) => {
      const stored = slot(init, 'finalize_features');
      return stored?.kind === 'name' ? [stored.name] : [];
    });
}
