/**
 * The navigate folder's face: what a name under the cursor stands for, where that is decided, and where it is used.
 *
 *     const found = definitionsAt({ program, resolver }, 'drivers/virtio/virtio_ring.c', offset);
 *
 * The index is the program: the files that are open, the sources beside them, and the virtio core. Headers are found from
 * there; what no file of the index defines is left to the reader's C tools. Offsets and plain data only.
 */
export { incomingCalls } from './calls/incoming.js';
export type { CallItem, CallLink, CallNode } from './calls/items.js';
export { outgoingCalls } from './calls/outgoing.js';
export { callRoots } from './calls/roots.js';
export {
  declarationsOf,
  definitionsAt,
  definitionsOf,
  type Index,
  implementationsOf,
  type Target,
} from './definitions.js';
export { type Entity, type EntityAt, entityAt } from './entity.js';
export { type Link, linksIn } from './links.js';
export { type Mark, marksIn } from './marks/marks.js';
export { type NameAt, nameAt } from './names.js';
export { type Reference, type ReferenceQuestion, referencesTo } from './references.js';
export { type ProgramSymbol, programSymbols, type SymbolSort } from './symbols.js';
