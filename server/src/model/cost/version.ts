/** Names a set of figures by what they are, so that two reports of one version rest on the same ones. */
import type { CostParameters } from './parameter.js';

/** Of the version's form; the rest follows from the figures. */
const GENERATION = 1;

/** FNV-1a, 32 bits (draft-eastlake-fnv): offset basis and prime. */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** `1-9f3a02c4`: another for any figure that differs, whatever its source and evidence say. */
export function versionOf(parameters: Omit<CostParameters, 'version'>): string {
  let hash = FNV_BASIS;
  for (const code of figuresIn(parameters)) hash = Math.imul(hash ^ code, FNV_PRIME) >>> 0;
  return `${GENERATION}-${hash.toString(16).padStart(8, '0')}`;
}

/** Names and bounds of every parameter, character by character; the order of names does not matter. */
function* figuresIn(value: object): Generator<number> {
  for (const [name, inner] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (typeof inner === 'string') continue;
    for (const character of `${name}=${typeof inner === 'number' ? inner : '{'};`)
      yield character.charCodeAt(0);
    if (typeof inner === 'object' && inner !== null) yield* figuresIn(inner);
  }
}
