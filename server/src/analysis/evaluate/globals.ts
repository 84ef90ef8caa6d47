/** Variables at file level: what they hold when decision code asks. */
import type { GlobalRef } from '../../program/index.js';
import type { Declarator, Expr, InitExpr, NameExpr } from '../../syntax/ir.js';
import { toType } from './conversions.js';
import { evaluate } from './expressions.js';
import type { Run } from './run.js';
import { maySet, maySetPart, storesIn } from './stores-to.js';
import { int, unknownValue, type Value } from './value.js';

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
  if (initial.has(place)) return;
  const hook = global.type.isFunction === true ? run.world.hook(global, run) : null;
  if (hook !== null) {
    initial.set(place, hook);
    return;
  }
  if (global.init?.kind === 'init') {
    list(run, global.init, place);
    if (maySetPart(run.program, global)) forgetBelow(run, place, global.name);
    if (global.type.sizes !== undefined || global.type.pointers > 0)
      initial.set(place, { kind: 'pointer', to: place });
    return;
  }
  initial.set(place, scalar(run, global));
}

/** No element or field of the place is known. */
function forgetBelow(run: Run, place: string, name: string): void {
  const { initial } = run.state;
  for (const key of initial.keys())
    if (key.startsWith(`${place}.`) || key.startsWith(`${place}[`)) initial.set(key, unknownValue(name));
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
export function staticValue(run: Run, declarator: Declarator): Value {
  const { fn, scope } = run.frame;
  const isOwn = (name: NameExpr): boolean => scope.lookup(name.name, name.start)?.declarator === declarator;
  const bodies = fn?.variants.map(({ body }) => body) ?? [];
  const isKept = fn !== null && declarator.init?.kind !== 'init';
  return isKept && !bodies.some((body) => storesIn(run.program, fn.file, body, declarator.name, isOwn))
    ? initialValue(run, declarator)
    : unknownValue(declarator.name);
}

/** Elements and fields of an initialiser list: `[i]` by position, `.field` by its name. */
function list(run: Run, init: InitExpr, place: string): void {
  let index = 0;
  for (const item of init.items) {
    const compiled = item.condition === undefined ? true : run.names.holds(item.condition);
    if (compiled === false) continue;
    const at = placeOfItem(run, item.designators, index);
    index += 1;
    if (at === null) continue;
    const value = compiled === true ? item.value : null;
    if (value?.kind === 'init') list(run, value, place + at);
    else
      run.state.initial.set(
        place + at,
        value === null ? unknownValue('an initialiser') : evaluate(run, value),
      );
  }
}

function placeOfItem(run: Run, designators: readonly (string | Expr)[], index: number): string | null {
  if (designators.length === 0) return `[${index}]`;
  let place = '';
  for (const designator of designators) {
    if (typeof designator === 'string') place += `.${designator}`;
    else {
      const at = evaluate(run, designator);
      if (at.kind !== 'int' || at.unknown !== 0n) return null;
      place += `[${at.bits}]`;
    }
  }
  return place;
}

/** Elements of the array at a place, as its initialiser lists them. */
export function countElements(run: Run, place: string): number | null {
  const indices = new Set<string>();
  for (const key of run.state.initial.keys()) {
    if (!key.startsWith(`${place}[`)) continue;
    indices.add(key.slice(place.length + 1, key.indexOf(']', place.length)));
  }
  return indices.size === 0 ? null : indices.size;
}
