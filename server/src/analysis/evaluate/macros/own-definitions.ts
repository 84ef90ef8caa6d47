/**
 * Definitions in the code under review of names that are bound elsewhere: the file's own function or macro is what the
 * compiler takes, whatever an architecture has under that name.
 */
import type { FunctionRef, MacroRef } from '../../../program/index.js';
import type { Run } from '../running/run.js';

/** The core's own folder: what its headers define is as much under review as its files. */
const core = 'drivers/virtio/';

/** Whether a binding of the name gives way to the file's own definition. */
export function definesHere(run: Run, name: string): boolean {
  return !run.file.startsWith('arch/') && (ownMacro(run, name) !== null || ownFunction(run, name) !== null);
}

function ownMacro(run: Run, name: string): MacroRef | null {
  const macro = run.names.macro(name, run.file);
  if (macro === null || !('name' in macro)) return null;
  return macro.file === run.file || macro.file.startsWith(core) ? macro : null;
}

function ownFunction(run: Run, name: string): FunctionRef | null {
  const fn = run.names.function(name, run.file);
  return fn !== null && 'name' in fn && fn.isStatic && fn.file === run.file ? fn : null;
}
