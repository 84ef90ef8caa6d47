/** What is known of the variables and fields of a function at one point of it. */
import type { Local, Scope } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';

/** A set of kinds, as bits. */
export type Kinds = number;
export const NONE: Kinds = 0;
/** The device decides the value. */
export const DEVICE: Kinds = 1;
/** A CPU physical address, or a page frame number. */
export const PHYSICAL: Kinds = 2;

/** Place, as `placeOf` names it -> kinds of the value there. */
export type State = Map<string, Kinds>;

/** What holds on either way; a map of its own. Null: not reached. */
export function joined(one: State | null, other: State | null): State | null {
  if (one === null || other === null) return one === other ? null : new Map(one ?? other);
  const out = new Map<string, Kinds>();
  for (const [place, kinds] of one) {
    const others = other.get(place);
    // Known on one way only: a value of a kind may be there, and that there is none is not known.
    if (others !== undefined || kinds !== NONE) out.set(place, kinds | (others ?? NONE));
  }
  for (const [place, kinds] of other) if (kinds !== NONE && !one.has(place)) out.set(place, kinds);
  return out;
}

export function isSameState(one: State | null, other: State | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.size !== other.size) return false;
  for (const [place, kinds] of one) if (other.get(place) !== kinds) return false;
  return true;
}

const places = new WeakMap<Local, string>();

/** Locals of one name are told apart by where they are seen. */
export function localPlace(local: Local): string {
  let place = places.get(local);
  if (place === undefined) {
    place = `${local.name}#${local.visible.start}`;
    places.set(local, place);
  }
  return place;
}

/** `len#40`, `vq#10.last`, `desc#5[].addr`, `*addr#7`; null for what is no place. */
export function placeOf(expr: Expr, scope: Scope): string | null {
  const after: string[] = [];
  let before = '';
  for (let at: Expr = expr; ; ) {
    switch (at.kind) {
      case 'cast':
        at = at.operand;
        break;
      case 'member':
        after.push(`.${at.field}`);
        at = at.object;
        break;
      case 'index':
        after.push('[]');
        at = at.object;
        break;
      case 'unary':
        if (at.op !== '*') return null;
        before = `*${before}`;
        at = at.operand;
        break;
      case 'name': {
        const local = scope.lookup(at.name, at.start);
        const root = local === null ? at.name : localPlace(local);
        return after.length === 0 && before === '' ? root : `${before}${root}${after.reverse().join('')}`;
      }
      default:
        return null;
    }
  }
}

/** A store: what was known of the parts of the place is forgotten. One element of several is only added to. */
export function store(state: State, place: string, kinds: Kinds): void {
  if (place.includes('[]')) {
    state.set(place, (state.get(place) ?? NONE) | kinds);
    return;
  }
  if (state.size === 0 && kinds === NONE && !place.includes('.')) return;
  for (const other of state.keys()) {
    if (other.startsWith(`${place}.`) || other.startsWith(`${place}[`) || other === `*${place}`)
      state.delete(other);
  }
  // Of a field its declaration may say something: that it holds nothing of the kind must be remembered.
  if (kinds === NONE && !place.includes('.')) state.delete(place);
  else state.set(place, kinds);
}
