/** Arrays of feature bits: those a driver is registered with, and those it keeps for its own use. */
import { tableFields } from '@vringside/grammars/feature-roles';
import type { Program } from '../../program/index.js';
import type { Expr, GlobalFacts } from '../../syntax/ir.js';
import { functionValueName, walk } from '../../syntax/walk.js';
import { featureOf, type MacroLookup } from '../features.js';
import { remembered } from './remembered.js';

/** Names of the arrays of feature bits that a file defines. */
export function featureTables(program: Program, file: string): ReadonlySet<string> {
  return remembered(program, `tables\0${file}`, () => findTables(program, file), new Set());
}

function findTables(program: Program, file: string): ReadonlySet<string> {
  const globals = program.facts(file)?.globals ?? [];
  const registered = registeredTables(program, file, globals);
  const macros: MacroLookup = (name) => program.macro(name, file);
  const isTable = (g: GlobalFacts): boolean =>
    g.init?.kind === 'init' &&
    (registered.has(g.name) ||
      listsBits(
        g.init.items.map((i) => i.value),
        macros,
      ));
  return new Set(globals.filter(isTable).map((g) => g.name));
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

function listsBits(values: readonly Expr[], macros: MacroLookup): boolean {
  return values.length > 0 && values.every((value) => featureOf(value, macros) !== null);
}
