/** Constant sets of feature bits that a file defines: tables that list them, and masks. */

import { featureWordType, tableFields } from '@vringside/grammars/feature-roles';
import type { GlobalRef, Program } from '../../../program/index.js';
import type { Expr, GlobalFacts } from '../../../syntax/ir.js';
import { functionValueName, walk } from '../../../syntax/walk.js';
import { relevantFacts } from '../../linkage.js';
import { featureOf, type MacroLookup, maskFeatures } from '../../values/features.js';
import { remembered } from '../remembered.js';
import { constantsOf, listedBits } from './feature-sets.js';

/** The arrays of feature bits that a file defines, by name. */
export function featureTables(program: Program, file: string): ReadonlyMap<string, GlobalRef> {
  return remembered(program, `tables\0${file}`, () => findTables(program, file), new Map());
}

function findTables(program: Program, file: string): ReadonlyMap<string, GlobalRef> {
  const { globals } = relevantFacts(program, file);
  const own = [...registeredTables(program, file, globals)].flatMap(
    (name) => program.global(name, file) ?? [],
  );
  const candidates = [
    ...own.filter((g) => g.file === file),
    ...globals.filter((g) => listsBits(program, file, g.init)),
  ];
  return new Map(candidates.flatMap((g) => (g.init?.kind === 'init' ? [[g.name, g] as const] : [])));
}

function listsBits(program: Program, file: string, init: Expr | null): boolean {
  if (init?.kind !== 'init') return false;
  const macros: MacroLookup = (name) => program.macro(name, file);
  const isBit = (e: Expr): boolean => featureOf(e, macros) !== null || isBitList(program, file, e);
  return init.items.length > 0 && init.items.every((item) => isBit(item.value));
}

/** True for a macro that stands for several entries of a table. */
export function isBitList(program: Program, file: string, entry: Expr): boolean {
  if (entry.kind !== 'name') return false;
  return program.macro(entry.name, file).some((macro) => listedBits(program, macro.file, macro).length > 0);
}

/** Arrays that a driver structure names as its table: whatever they hold, be it nothing. */
function registeredTables(
  program: Program,
  file: string,
  globals: readonly GlobalFacts[],
): ReadonlySet<string> {
  const names = new Set<string>();
  const note = (value: Expr): void => {
    const name = functionValueName(value);
    if (name !== null) names.add(name);
  };
  for (const { init } of globals) {
    if (init?.kind !== 'init') continue;
    for (const { designators, value } of init.items) {
      const field = designators.at(-1);
      if (typeof field === 'string' && tableFields.has(field)) note(value);
    }
  }
  const chunks = new Set([...tableFields].flatMap((field) => program.chunksMentioning(file, field)));
  for (const chunk of chunks) {
    const functions = program.chunkFacts({ file, chunk })?.functions ?? [];
    walk(
      functions.flatMap((fn) => fn.variants.flatMap((v) => v.body)),
      (node) => {
        if (node.kind === 'assign' && node.target.kind === 'member' && tableFields.has(node.target.field))
          note(node.value);
      },
    );
  }
  return names;
}

/** Names of a file's variables that hold constant masks of feature bits, in one word or an array of them. */
export function maskVariables(program: Program, file: string): ReadonlySet<string> {
  return remembered(program, `masks\0${file}`, () => findMasks(program, file), new Set());
}

function findMasks(program: Program, file: string): ReadonlySet<string> {
  const constants = constantsOf(program, file);
  const isMask = ({ type, init }: GlobalFacts): boolean => {
    if (init === null || !featureWordType.test(type.base)) return false;
    const words = init.kind === 'init' ? init.items.map((i) => i.value) : [init];
    return words.some((word) => maskFeatures(word, constants).length > 0);
  };
  return new Set(
    relevantFacts(program, file)
      .globals.filter(isMask)
      .map((g) => g.name),
  );
}
