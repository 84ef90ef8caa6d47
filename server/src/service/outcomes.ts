/** Which decisions hold for the sites of a run: those of the tree, or a policy that was asked for by name. */
import {
  type Configuration,
  type FilePolicy,
  type ScenarioChoice,
  type SiteScenario,
  scenarioSet,
  type TreePolicy,
  treePolicy,
} from '../analysis/index.js';
import { builtinPolicy, type DeviceClass, type Policy, releaseOf, releaseText } from '../model/index.js';
import type { Program } from '../program/index.js';

/** What `--platform`, `--device`, `--policy` and `--config-file` ask for. */
export interface OutcomeChoice extends ScenarioChoice {
  /** `tree`, a release, or a proposal. */
  readonly policy: string;
  /** The kernel's `.config`; default: what distributions set. */
  readonly configuration?: Configuration;
}

export const defaultChoice: OutcomeChoice = { platforms: [], devices: [], policy: 'tree' };

/** Whether the usual guests are asked for, under the tree's own decisions. */
export function isUsual({ platforms, devices, policy, configuration }: OutcomeChoice): boolean {
  return (
    platforms.length === 0 &&
    devices.length === 0 &&
    policy === defaultChoice.policy &&
    configuration === undefined
  );
}

export interface OutcomePlan {
  readonly scenarios: readonly SiteScenario[];
  readonly policyFor: (file: string) => FilePolicy;
}

/** @throws {RangeError} for a name that is no platform, device or policy */
export function outcomePlan(program: Program, choice: OutcomeChoice): OutcomePlan {
  return { scenarios: scenarioSet(choice), policyFor: policies(program, choice) };
}

/** The decisions of the tree, for its core: what `--policy tree` means where no file is spoken of. */
export function policyOfTree(
  program: Program,
  configuration?: Configuration,
  driverFile?: string,
): TreePolicy {
  return treePolicy(program, {
    fallback: standIn(program),
    ...(configuration === undefined ? {} : { configuration }),
    ...(driverFile === undefined ? {} : { driverFile }),
  });
}

function policies(program: Program, choice: OutcomeChoice): (file: string) => FilePolicy {
  const core = policyOfTree(program, choice.configuration);
  const named = choice.policy === 'tree' ? null : builtinPolicy(choice.policy);
  if (named === null && choice.policy !== 'tree') throw new RangeError(`no policy "${choice.policy}"`);
  const drivers = new Map<string, TreePolicy>();
  const ofDriver = (file: string): TreePolicy => {
    const known = drivers.get(file) ?? policyOfTree(program, choice.configuration, file);
    drivers.set(file, known);
    return known;
  };
  return (file) => {
    const deviceClass: DeviceClass = 'blk';
    if (named !== null) return { policy: named, deviceClass, predicates: core };
    const isDriver = program.chunksMentioning(file, 'virtio_driver').length > 0;
    const own = isDriver ? ofDriver(file) : core;
    return { policy: own, deviceClass, predicates: own };
  };
}

/** The built-in policy of the tree's release; of the newest release known where the tree has no version. */
function standIn(program: Program): Policy {
  const release = program.tree.version === null ? null : releaseOf(program.tree.version);
  const policy = builtinPolicy(release === null ? 'v6.18' : releaseText(release)) ?? builtinPolicy('v3.0');
  if (policy === null) throw new RangeError(`no policy for Linux ${program.tree.version}`);
  return policy;
}
