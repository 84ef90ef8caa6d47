/** Sets of feature bits by name, as a scenario has them, and as the word of 64 bits that C code works on. */
import { featureNumbers, renamedFeatures } from '@vringside/grammars/known-constants';
import { type Answer, type FeatureSet, known, unknown } from '../../model/policy.js';
import { unsignedLong, type Value } from './numbers/value.js';

/** Number -> today's name. */
const names: ReadonlyMap<number, string> = new Map(
  Object.entries(featureNumbers)
    .filter(([name]) => renamedFeatures[name] === undefined)
    .map(([name, number]) => [number, name]),
);

function bitOf(name: string): bigint | null {
  const number = featureNumbers[name];
  return number === undefined ? null : 1n << BigInt(number);
}

/** The bits whose number the specification fixes; a device's own bits are no affair of the core. */
export function toWord(features: FeatureSet): Value {
  return unsignedLong([...features].reduce((word, name) => word | (bitOf(name) ?? 0n), 0n));
}

export function numbersOf(features: FeatureSet): readonly number[] {
  return [...features].flatMap((name) => featureNumbers[name] ?? []).sort((a, b) => a - b);
}

/** What became of a set of which `before` was given: bits of a device's own stay as they were. */
export function toSet(word: Value, before: FeatureSet, where: string): Answer<FeatureSet> {
  if (word.kind !== 'int') return unknown(word.kind === 'unknown' ? word.why : 'no set of features', where);
  const after = new Set([...before].filter((name) => bitOf(name) === null));
  for (const [number, name] of names) {
    const bit = 1n << BigInt(number);
    if ((word.unknown & bit) !== 0n) return unknown(`${name}: ${word.why}`, where);
    if ((word.bits & bit) !== 0n) after.add(name);
  }
  return known(after, where);
}
