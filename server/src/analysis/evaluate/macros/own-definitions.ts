/**
 * Definitions in the code under review of names that are bound elsewhere: the file's own function or macro is what the
 * compiler takes, whatever an architecture has under that name.
 */
import {
  conditionalNoReturn,
  configTests,
  noReturnCalls,
  transparentCalls,
} from '@vringside/grammars/guest-facts';
import { compilerQuestions, guestFactNames } from '@vringside/grammars/leaf-bindings';
import { storeCalls } from '@vringside/grammars/store-calls';
import type { FunctionRef, MacroRef } from '../../../program/index.js';
import type { Run } from '../running/run.js';

/** The core's own folder: what its headers define is as much under review as its files. */
const core = 'drivers/virtio/';

/** Whether a binding of the name gives way to the file's own definition. */
export function definesHere(run: Run, name: string): boolean {
  if (run.file.startsWith('arch/') || !isReplaceable(name)) return false;
  return ownMacro(run, name) !== null || (guestFactNames.has(name) && ownFunction(run, name) !== null);
}

/** What talks to the device, or logs, is bound for what it does wherever it stands. */
function isReplaceable(name: string): boolean {
  return guestFactNames.has(name) || basics.some((names) => names.has(name));
}

const basics: readonly { has(name: string): boolean }[] = [
  ...[transparentCalls, configTests, noReturnCalls, conditionalNoReturn, compilerQuestions, storeCalls],
  new Set(['ARRAY_SIZE']),
];

function ownMacro(run: Run, name: string): MacroRef | null {
  const macro = run.names.macro(name, run.file);
  if (macro === null || !('name' in macro)) return null;
  return macro.file === run.file || macro.file.startsWith(core) ? macro : null;
}

function ownFunction(run: Run, name: string): FunctionRef | null {
  const fn = run.names.function(name, run.file);
  return fn !== null && 'name' in fn && fn.isStatic && fn.file === run.file ? fn : null;
}
