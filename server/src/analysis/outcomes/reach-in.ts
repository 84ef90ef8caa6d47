/** Whether a place is reached in one kind of guest, from the formula of its guard. */
import type { ScenarioFacts } from '../evaluate/index.js';
import type { Atom, Atoms } from '../formulas/atoms.js';
import { FALSE, type Formula, TooComplex, TRUE } from '../formulas/formula.js';

export type Reach = 'reached' | 'not reached' | { readonly unknown: string };

/**
 * A place counts as reached when some device, mode and configuration make it so: a feature the device may well offer, or
 * a field's mode, keeps nobody safe. A predicate of the guest that is not known makes the answer unknown.
 */
export function reachIn(formula: Formula, atoms: Atoms, facts: ScenarioFacts): Reach {
  const doubts = new Map<number, string>();
  const bind = (index: number): Formula | undefined => {
    const atom = atoms.get(index);
    const truth = truthOf(atom, facts);
    if (typeof truth === 'boolean') return truth ? TRUE : FALSE;
    if (atom.kind === 'guest') doubts.set(index, truth);
    return undefined;
  };
  try {
    const rest = atoms.formulas.substitute(formula, bind);
    if (rest === TRUE) return 'reached';
    if (rest === FALSE) return 'not reached';
    const doubt = atoms.formulas.support(rest).find((index) => doubts.has(index));
    return doubt === undefined ? 'reached' : { unknown: doubts.get(doubt) ?? '' };
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    return { unknown: 'a guard too complex to decide' };
  }
}

/** The truth of an atom, or why it has none. */
function truthOf(atom: Atom, facts: ScenarioFacts): boolean | string {
  switch (atom.kind) {
    case 'feature': {
      const truth = facts.feature(atom.name, atom.of);
      return typeof truth === 'boolean' ? truth : truth.why;
    }
    case 'guest': {
      const truth = facts.guest(atom.name, atom.argument);
      return typeof truth === 'boolean' ? truth : truth.why;
    }
    default:
      return '';
  }
}
