/** Whether a body walked again came to the same: what rests on it then holds. */
import { isSameTrail, type Reached } from './paths.js';
import type { BodyReach } from './reach.js';

/** Two walks of one reading that came to the same. */
export function isSameReach(a: BodyReach, b: BodyReach): boolean {
  return (
    a.isPartial === b.isPartial &&
    a.returns.length === b.returns.length &&
    a.reached.size === b.reached.size &&
    isSameMap(a.truths, b.truths, (one, other) => one === other) &&
    isSameMap(a.reached, b.reached, isSameReached) &&
    a.returns.every((one, index) => {
      const other = b.returns[index];
      return one.value === other?.value && one.truth === other.truth && isSameReached(one, other);
    })
  );
}

function isSameMap<K, V>(
  a: ReadonlyMap<K, V>,
  b: ReadonlyMap<K, V>,
  isSame: (one: V, other: V) => boolean,
): boolean {
  if (a.size !== b.size) return false;
  for (const [key, one] of a) {
    const other = b.get(key);
    if (other === undefined || !isSame(one, other)) return false;
  }
  return true;
}

function isSameReached(a: Reached, b: Reached): boolean {
  return a.formula === b.formula && isSameTrail(a.trail, b.trail);
}
