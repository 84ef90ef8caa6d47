/** The ring core's decision, DMA API or bypass, as a driver can write it. */
import { decisionFacts, guestPredicates } from '@vringside/grammars/guest-facts';
import type { Atom } from '../analysis/formulas/atoms.js';
import { coreDecision, type Inventory } from '../analysis/index.js';
import type { Program } from '../program/index.js';

/** One condition in its two senses; C text. */
export interface RingCondition {
  /** Holds where the ring uses the DMA API. */
  readonly uses: string;
  readonly bypasses: string;
  /** The operator at the top of each; null for a single term. */
  readonly usesOperator: '||' | null;
  readonly bypassesOperator: '&&' | null;
  /** Headers for the names it is made of. */
  readonly headers: readonly string[];
  /** Names of the terms besides the one on the feature bit. */
  readonly otherNames: readonly string[];
}

/** Predicates of the guest that any code may ask, by the header that declares them. */
const predicateHeaders: Readonly<Record<string, string>> = {
  xen_domain: 'xen/xen.h',
  xen_pv_domain: 'xen/xen.h',
  xen_hvm_domain: 'xen/xen.h',
  xen_initial_domain: 'xen/xen.h',
  cc_platform_has: 'linux/cc_platform.h',
  mem_encrypt_active: 'linux/mem_encrypt.h',
};

/** @param vdev C text of the device; null where the condition cannot be written as it is */
export function ringCondition(
  { resolver }: Inventory,
  program: Program,
  file: string,
  vdev: string,
): RingCondition | null {
  const core = coreDecision(resolver);
  if (core === null) return null;
  const { atoms } = resolver;
  const { formula } = core;
  // What the core asks besides named facts cannot be asked from elsewhere.
  if (atoms.namedPart(formula) !== formula) return null;
  const terms: Term[] = [];
  for (const product of atoms.formulas.products(formula)) {
    const [literal, ...more] = product;
    if (literal === undefined || more.length > 0 || !literal.isPositive) return null;
    const term = termOf(atoms.get(literal.atom), program, file, vdev);
    if (term === null) return null;
    terms.push(term);
  }
  terms.sort((a, b) => a.rank - b.rank);
  const isSingle = terms.length === 1;
  return {
    uses: terms.map((term) => term.holds).join(' || '),
    bypasses: terms.map((term) => term.fails).join(' && '),
    usesOperator: isSingle ? null : '||',
    bypassesOperator: isSingle ? null : '&&',
    headers: terms.flatMap((term) => (term.header === null ? [] : [term.header])),
    otherNames: terms.flatMap((term) => (term.rank === 0 ? [] : [term.name])),
  };
}

interface Term {
  readonly name: string;
  readonly holds: string;
  readonly fails: string;
  readonly header: string | null;
  /** The feature bit stands first. */
  readonly rank: number;
}

/** Helpers that are true when ACCESS_PLATFORM is not negotiated. */
export const quirkHelpers: readonly string[] = ['virtio_has_dma_quirk', 'virtio_has_iommu_quirk'];

function termOf(atom: Atom, program: Program, file: string, vdev: string): Term | null {
  if (atom.kind === 'feature' && atom.of === 'negotiated') {
    const quirk = quirkHelpers.find((name) => program.functionsNamed(name, file).length > 0);
    const has = `virtio_has_feature(${vdev}, ${atom.name})`;
    const isPlatform = decisionFacts.has(atom.name);
    return isPlatform && quirk !== undefined
      ? { name: quirk, holds: `!${quirk}(${vdev})`, fails: `${quirk}(${vdev})`, header: null, rank: 0 }
      : { name: atom.name, holds: has, fails: `!${has}`, header: null, rank: isPlatform ? 0 : 1 };
  }
  if (atom.kind !== 'guest' || guestPredicates[atom.name] === undefined) return null;
  const header = predicateHeaders[atom.name];
  if (header === undefined) return null;
  const call = `${atom.name}(${atom.argument})`;
  return { name: atom.name, holds: call, fails: `!${call}`, header, rank: 2 };
}
