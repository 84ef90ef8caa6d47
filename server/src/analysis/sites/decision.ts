/** The ring core's own decision in this tree: DMA API or bypass. */
import { decisionName } from '@vringside/grammars/feature-roles';
import type { FunctionRef, Program } from '../../program/index.js';
import type { Resolver } from '../conditions/resolve.js';
import { FALSE, type Formula, TRUE } from '../formulas/formula.js';
import { definitions } from '../linkage.js';

/** A function that answers "does the DMA API apply?", with the condition under which it says yes. */
export interface DecisionFunction {
  readonly ref: FunctionRef;
  readonly formula: Formula;
}

/** Every decision function of the tree whose answer could be resolved, the ring core's first. */
export function decisionFunctions(resolver: Resolver): readonly DecisionFunction[] {
  return resolver.answer(
    'decisions',
    '',
    () => findDecisions(resolver),
    (a, b) =>
      a.length === b.length &&
      a.every(({ ref, formula }, at) => ref === b[at]?.ref && formula === b[at]?.formula),
  );
}

function findDecisions(resolver: Resolver): DecisionFunction[] {
  const found: DecisionFunction[] = [];
  for (const ref of candidates(resolver.program)) {
    const resolution = resolver.returnsTrue(ref);
    if (resolution !== null) found.push({ ref, formula: resolution.formula });
  }
  const isCore = (d: DecisionFunction): number => (/^vring_use_/.test(d.ref.name) ? 0 : 1);
  return found.sort((a, b) => isCore(a) - isCore(b));
}

/** Functions that, by their name, answer whether the DMA API is used; told from the outlines, without a parse. */
function candidates(program: Program): readonly FunctionRef[] {
  const names = new Set<string>();
  for (const file of program.files) {
    for (const { kind, name } of program.outline(file)) {
      if (kind === 'function' && name !== null && decisionName.test(name)) names.add(name);
    }
  }
  return [...names].sort().flatMap((name) => definitions(program, name));
}

/** The ring core's decision function; null in trees that have none (before 4.6). */
export function coreDecision(resolver: Resolver): DecisionFunction | null {
  return decisionFunctions(resolver).find((d) => /^vring_use_/.test(d.ref.name)) ?? null;
}

/** When the DMA API is used by any decision function of the tree; null when there is none. */
export function apiFormula(resolver: Resolver): Formula | null {
  return resolver.answer('api formula', '', () => findApiFormula(resolver));
}

function findApiFormula(resolver: Resolver): Formula | null {
  const { atoms } = resolver;
  let f: Formula = FALSE;
  for (const d of decisionFunctions(resolver)) f = atoms.formulas.or(f, atoms.namedPart(d.formula));
  return f === FALSE || f === TRUE ? null : f;
}

/** When the ring bypasses the DMA API; null when the tree decides nothing. */
export function bypassFormula(resolver: Resolver): Formula | null {
  return resolver.answer('bypass formula', '', () => findBypassFormula(resolver));
}

function findBypassFormula(resolver: Resolver): Formula | null {
  const core = coreDecision(resolver);
  return core === null ? null : resolver.atoms.formulas.not(resolver.atoms.namedPart(core.formula));
}
