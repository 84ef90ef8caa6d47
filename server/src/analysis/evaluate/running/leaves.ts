/** Calls whose answer does not come from a body: the scenario's facts, the compiler's and the kernel's own basics. */
import { bitShift, featureCalls } from '@vringside/grammars/feature-names';
import {
  conditionalNoReturn,
  configTests,
  noReturnCalls,
  transparentCalls,
} from '@vringside/grammars/guest-facts';
import {
  compilerQuestions,
  configurationReads,
  deviceExchanges,
  guestFactNames,
  platformPromises,
  silentCalls,
  transportAllocations,
  transportCasts,
} from '@vringside/grammars/leaf-bindings';
import { storeCalls } from '@vringside/grammars/store-calls';
import type { CallExpr, Expr } from '../../../syntax/ir.js';
import { printExpr } from '../../values/print.js';
import { countElements } from '../memory/initialisers.js';
import { placeOf } from '../memory/places.js';
import { binary, complement } from '../numbers/arithmetic.js';
import { fromTruth, int, numberOf, unknownValue, unsignedLong, type Value } from '../numbers/value.js';
import { optionHolds } from './configuration.js';
import { evaluate, truth } from './expressions.js';
import type { Run } from './run.js';
import { entry } from './tables.js';

/** The transport's own record of the device. */
export const transportPlace = 'transport';

/** Calls that are bound whatever the tree holds of that name; null for others. */
export function boundCall(run: Run, name: string, expr: CallExpr): Value | null {
  const [first] = expr.args;
  if (configTests.has(name) && first?.kind === 'name')
    return fromTruth(optionHolds(run.names.configuration, name, first.name));
  if (guestFactNames.has(name)) return fromTruth(run.world.fact(name, argumentOf(run, first)));
  const promise = promised(run, name, first);
  if (promise !== null) return promise;
  if (transparentCalls.has(name) && first !== undefined) return evaluate(run, first);
  if (noReturnCalls.has(name)) return endless(run, name);
  if (conditionalNoReturn.has(name) && first !== undefined) return bugOn(run, first);
  if (silentCalls.test(name) || deviceExchanges.test(name)) return int(0, 32);
  if (transportCasts.has(name)) return { kind: 'pointer', to: transportPlace };
  if (transportAllocations.has(name)) return { kind: 'pointer', to: 'allocated' };
  if (configurationReads.test(name)) return unknownValue(`${name}() of the device`);
  if (compilerQuestions.has(name)) return int(0, 32);
  if (bitShift.test(name) && first !== undefined) return binary('<<', unsignedLong(1), evaluate(run, first));
  if (name === 'ARRAY_SIZE' && first !== undefined) return arraySize(run, first);
  const store = storeCalls.get(name);
  return store === undefined || store.isByAddress ? null : storeCall(run, expr, store.target, store.value);
}

/** The constant a predicate is asked about: `CC_ATTR_MEM_ENCRYPT`; '' for none. */
function argumentOf(run: Run, argument: Expr | undefined): string {
  if (argument === undefined) return '';
  const value = evaluate(run, argument);
  if (value.kind === 'int' || value.kind === 'unknown') return value.symbol ?? '';
  return '';
}

function promised(run: Run, name: string, about: Expr | undefined): Value | null {
  if (about === undefined) return null;
  const { set, clear, has } = platformPromises;
  if (name !== set && name !== clear && name !== has) return null;
  const what = argumentOf(run, about);
  const place = `platform.${what}`;
  if (name === has) return run.read(place) ?? run.world.promise(what, run);
  run.write(place, int(name === set ? 1 : 0, 32), what);
  return int(0, 32);
}

function endless(run: Run, name: string): Value {
  run.end();
  return unknownValue(`${name}()`);
}

/** `BUG_ON(x)`: goes on only where `x` does not hold. */
function bugOn(run: Run, test: Expr): Value {
  if (truth(run, test) === true) run.end();
  return int(0, 32);
}

function arraySize(run: Run, array: Expr): Value {
  const place = placeOf(run, array);
  const written = (place === null ? null : run.types.get(place)?.sizes?.[0]) ?? null;
  const size = written === null ? null : numberOf(evaluate(run, written));
  const count = place === null || written !== null ? size : countElements(run, place);
  return count === null ? unknownValue(`ARRAY_SIZE(${printExpr(array)})`) : unsignedLong(count);
}

function storeCall(run: Run, expr: CallExpr, target: number, value: number): Value | null {
  const [to, from] = [expr.args[target], expr.args[value]];
  if (to === undefined || from === undefined) return null;
  const place = placeOf(run, to);
  const stored = evaluate(run, from);
  if (place !== null) run.write(place, stored, printExpr(to));
  return stored;
}

/** Helpers of the virtio core in trees that do not hold their bodies; null for others. */
export function builtInCall(run: Run, name: string, expr: CallExpr): Value | null {
  const [device, bit] = expr.args;
  if (entry(featureCalls, name) === undefined || device === undefined || bit === undefined) return null;
  const place = featuresOf(run, device);
  if (place === null) return null;
  const mask = binary('<<', unsignedLong(1), evaluate(run, bit));
  const set = run.read(place) ?? unknownValue(`features of ${printExpr(device)}`);
  switch (name) {
    case 'virtio_has_feature':
    case '__virtio_test_bit':
      return fromTruth(truthOfBit(set, mask));
    case '__virtio_set_bit':
      run.write(place, binary('|', set, mask), 'features');
      return int(0, 32);
    case '__virtio_clear_bit':
      run.write(place, binary('&', set, complement(mask)), 'features');
      return int(0, 32);
    default:
      return null;
  }
}

function truthOfBit(set: Value, mask: Value): ReturnType<typeof truth> {
  const result = binary('!=', binary('&', set, mask), int(0));
  if (result.kind !== 'int') return unknownValue(result.kind === 'unknown' ? result.why : 'a pointer');
  return result.bits !== 0n;
}

function featuresOf(run: Run, device: Expr): string | null {
  const value = evaluate(run, device);
  return value.kind === 'pointer' && value.to === 'device' ? 'device.features' : null;
}
