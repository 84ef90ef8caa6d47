/** Variables at file level: what they hold when decision code asks. */
import type { GlobalRef } from '../../../program/index.js';
import type { Declarator, NameExpr } from '../../../syntax/ir.js';
import { toType } from '../numbers/conversions.js';
import { int, unknownValue, type Value } from '../numbers/value.js';
import { evaluate } from '../running/expressions.js';
import type { Run } from '../running/run.js';
import { putList } from './initialisers.js';
import { maySet, maySetPart, storesIn } from './stores-to.js';

/** The place of a variable, its first value put there; null where the name is no variable. */
export function globalPlace(run: Run, name: string): string | null {
  const global = run.names.global(name, run.file);
  if (global === null) return null;
  const place = global.isStatic ? `@${global.file}:${name}` : `@${name}`;
  if (!run.loaded.has(place)) {
    run.loaded.add(place);
    run.inFile(global.file, () => load(run, global, place));
  }
  return place;
}

function load(run: Run, global: GlobalRef, place: string): void {
  const { initial } = run.state;
  run.types.set(place, global.type);
  if (initial.has(place)) return;
  const hook = global.type.isFunction === true ? run.world.hook(global, run) : null;
  if (hook !== null) {
    run.begin(place, hook);
    return;
  }
  if (global.init?.kind === 'init') {
    putList(run, global.init, place, (at, value) => run.begin(at, value));
    if (maySetPart(run.program, global)) forgetBelow(run, place, global.name);
    if (isArrayType(global)) run.begin(place, { kind: 'pointer', to: place });
    return;
  }
  run.begin(place, isArrayType(global) ? { kind: 'pointer', to: place } : scalar(run, global));
}

/** `[]` without a size is told by what is listed for it. */
export function isArrayType({ type, init }: Pick<GlobalRef, 'type' | 'init'>): boolean {
  return type.sizes !== undefined || (type.pointers > 0 && init?.kind === 'init');
}

/** No element or field of the place is known. */
function forgetBelow(run: Run, place: string, name: string): void {
  const { initial } = run.state;
  for (const key of initial.keys())
    if (key.startsWith(`${place}.`) || key.startsWith(`${place}[`)) run.begin(key, unknownValue(name));
}

/** What a plain variable was initialised with, where no code of the tree stores to it. */
function scalar(run: Run, global: GlobalRef): Value {
  if (global.isExtern && global.init === null) return unknownValue(global.name);
  if (maySet(run.program, global)) return unknownValue(global.name);
  return initialValue(run, global);
}

/** C 2018, 6.7.9: static storage that is not initialised is 0. */
function initialValue(run: Run, { init, type }: Pick<GlobalRef, 'init' | 'type'>): Value {
  return toType(run, init === null ? int(0, 32) : evaluate(run, init), type);
}

/** A local that keeps its value from call to call: what it began with, where its function never stores to it. */
export function staticValue(run: Run, declarator: Declarator, place: string): Value {
  if (isArrayType(declarator)) return { kind: 'pointer', to: place };
  const { fn, scope } = run.frame;
  const isOwn = (name: NameExpr): boolean => scope.lookup(name.name, name.start)?.declarator === declarator;
  const bodies = fn?.variants.map(({ body }) => body) ?? [];
  const isKept = fn !== null && declarator.init?.kind !== 'init';
  return isKept && !bodies.some((body) => storesIn(run.program, fn.file, body, declarator.name, isOwn))
    ? initialValue(run, declarator)
    : unknownValue(declarator.name);
}
