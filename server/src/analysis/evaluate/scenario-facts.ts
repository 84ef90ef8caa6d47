/** What a scenario says of the facts a guard may speak of; everything else is left open. */
import { renamedFeatures } from '@vringside/grammars/known-constants';
import { followedPredicates } from '@vringside/grammars/leaf-bindings';
import { ACCESS_PLATFORM, type FeatureSet, type Question, VERSION_1 } from '../../model/policy.js';
import { guestTruth } from './guest.js';
import { type Truth, unknownValue } from './numbers/value.js';
import type { TreePolicy } from './tree-policy.js';

export interface ScenarioFacts {
  feature(name: string, of: 'negotiated' | 'offered'): Truth;
  guest(name: string, argument: string): Truth;
}

/** Bits that a scenario decides; of others it is not known whether they are there. */
const decided: FeatureSet = new Set([ACCESS_PLATFORM, VERSION_1]);

/** The facts of a question: its features are those negotiated. `policy` answers what the tree's own code decides. */
export function scenarioFacts(q: Question, policy: Pick<TreePolicy, 'predicate'>): ScenarioFacts {
  return {
    feature: (written, of) => {
      const name = renamedFeatures[written] ?? written;
      if (decided.has(name)) return (of === 'negotiated' ? q.features : q.device.offered).has(name);
      return unknownValue(of === 'negotiated' ? name : `offered(${name})`);
    },
    guest: (name, argument) => {
      if (!followedPredicates.has(name)) return guestTruth(q.guest, name, argument);
      const answer = policy.predicate(q, name, argument);
      return answer.known ? answer.value : unknownValue(answer.why);
    },
  };
}
