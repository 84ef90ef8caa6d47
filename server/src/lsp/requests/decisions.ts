/** The decisions that hold for a file of a view, by the name of a policy. Worked out once for each view. */
import { annotate, type FilePolicy, type FoundSite, type SiteOutcome } from '../../analysis/index.js';
import {
  type Answer,
  builtinPolicy,
  type DeviceId,
  type PlatformId,
  type Policy,
} from '../../model/index.js';
import { Ledger, type Program } from '../../program/index.js';
import { defaultChoice, outcomePlan } from '../../service/outcomes.js';
import type { RequestView } from './view.js';

/** The code of the tree. */
export const TREE = 'tree';

const known = new WeakMap<Program, Map<string, FilePolicy>>();

/** @throws {RangeError} for a name that is no policy */
export function filePolicy(view: RequestView, file: string, policy: string): FilePolicy {
  if (policy !== TREE && builtinPolicy(policy) === null) throw new RangeError(`no policy "${policy}"`);
  const policies = known.get(view.program) ?? new Map<string, FilePolicy>();
  known.set(view.program, policies);
  const key = `${policy} ${file}`;
  const found = policies.get(key);
  if (found !== undefined) return found;
  const made = outcomePlan(view.program, { ...(view.outcomes ?? defaultChoice), policy }).policyFor(file);
  const said = { ...made, policy: placedPolicy(view.program, made.policy) };
  policies.set(key, said);
  return said;
}

/** The policy with the lines of now in its answers. */
function placedPolicy(program: Program, policy: Policy): Policy {
  const placed = <T>(answer: Answer<T>): Answer<T> => ({ ...answer, where: program.placed(answer.where) });
  const { finalized } = policy;
  return {
    ...policy,
    kept: (q) => placed(policy.kept(q)),
    ...(finalized !== undefined && { finalized: (q) => placed(finalized.call(policy, q)) }),
    validated: (q) => placed(policy.validated(q)),
    refusal: (q) => placed(policy.refusal(q)),
    usesDmaApi: (q) => placed(policy.usesDmaApi(q)),
  };
}

/** Sites of a function of a file, as the analysis found them. */
export function sitesOf(view: RequestView, file: string, name: string | null): readonly FoundSite[] {
  if (name === null) return [];
  return view.inventory.sites.filter(({ site }) => site.file === file && site.function === name);
}

/** What becomes of the data at each of the sites, in any guest; sites that are not run are left out. */
export function outcomesAt(
  view: RequestView,
  sites: readonly FoundSite[],
  decisions: FilePolicy,
  guests: readonly { readonly platform: PlatformId; readonly device: DeviceId }[],
): ReadonlyMap<FoundSite, readonly SiteOutcome[]> {
  return annotate(sites, {
    atoms: view.inventory.resolver.atoms,
    scenarios: guests,
    policyFor: () => decisions,
    ledger: new Ledger(false),
  }).outcomes;
}
