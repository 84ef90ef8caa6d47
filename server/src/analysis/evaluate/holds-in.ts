/** Whether a guard holds in a scenario: its atoms bound to what the scenario says, the rest not known. */
import { renamedFeatures } from '@vringside/grammars/known-constants';
import { followedPredicates } from '@vringside/grammars/leaf-bindings';
import { ACCESS_PLATFORM, type FeatureSet, type Question, VERSION_1 } from '../../model/policy.js';
import type { Resolver } from '../conditions/resolve.js';
import type { Atom } from '../formulas/atoms.js';
import { FALSE, type Formula, TooComplex, TRUE } from '../formulas/formula.js';
import { type Configuration, defaultConfiguration, optionHolds } from './configuration.js';
import { guestTruth } from './guest.js';
import type { TreePolicy } from './tree-policy.js';
import { type Truth, unknownValue } from './value.js';

/** What a scenario says of the facts a guard may speak of. */
export interface ScenarioFacts {
  feature(name: string, of: 'negotiated' | 'offered'): Truth;
  guest(name: string, argument: string): Truth;
  option(name: string): Truth;
}

export interface ScenarioFactsOptions {
  /** Answers the predicates that the tree's own code decides. */
  readonly policy: Pick<TreePolicy, 'predicate'>;
  readonly configuration?: Configuration;
  /** Bits the scenario decides; of others it is not known whether they are there. */
  readonly decided?: FeatureSet;
}

const usuallyDecided: FeatureSet = new Set([ACCESS_PLATFORM, VERSION_1]);

/** The facts of a question: its features are those negotiated. */
export function scenarioFacts(q: Question, options: ScenarioFactsOptions): ScenarioFacts {
  const { guest } = q;
  const configuration = options.configuration ?? defaultConfiguration(guest.arch, guest.platform);
  const decided = options.decided ?? usuallyDecided;
  return {
    feature: (written, of) => {
      const name = renamedFeatures[written] ?? written;
      const set = of === 'negotiated' ? q.features : q.device.offered;
      return decided.has(name)
        ? set.has(name)
        : unknownValue(of === 'negotiated' ? name : `offered(${name})`);
    },
    guest: (name, argument) => {
      if (!followedPredicates.has(name)) return guestTruth(guest, name, argument);
      const answer = options.policy.predicate(q, name, argument);
      return answer.known ? answer.value : unknownValue(answer.why);
    },
    option: (name) => optionHolds(configuration, 'IS_ENABLED', name),
  };
}

/** True, false, or the first fact that is not known and that the answer rests on. */
export function holdsIn(formula: Formula, resolver: Resolver, facts: ScenarioFacts): Truth {
  const { atoms } = resolver;
  const doubts = new Map<number, string>();
  try {
    const rest = atoms.formulas.substitute(formula, (index) => {
      const truth = atomTruth(atoms.get(index), facts);
      if (typeof truth === 'boolean') return truth ? TRUE : FALSE;
      doubts.set(index, truth.why);
      return undefined;
    });
    if (rest === TRUE || rest === FALSE) return rest === TRUE;
    const [first] = atoms.formulas.support(rest);
    return unknownValue((first === undefined ? undefined : doubts.get(first)) ?? 'the guard');
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    return unknownValue('a guard too complex to decide');
  }
}

function atomTruth(atom: Atom, facts: ScenarioFacts): Truth {
  switch (atom.kind) {
    case 'feature':
      return facts.feature(atom.name, atom.of);
    case 'guest':
      return facts.guest(atom.name, atom.argument);
    case 'config':
      return /^CONFIG_\w+$/.test(atom.name) ? facts.option(atom.name) : unknownValue(atom.name);
    case 'state':
    case 'param':
      return unknownValue(atom.name);
    case 'paramFeature':
      return unknownValue(`argument ${atom.index + 1}`);
    case 'opaque':
      return unknownValue(atom.text);
  }
}
