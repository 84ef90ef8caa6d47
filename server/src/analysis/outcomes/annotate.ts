/**
 * What becomes of each site in each kind of guest: reached or not by its guard, then run on the machine under the
 * decisions of the code under review.
 */
import { decisionFacts } from '@vringside/grammars/guest-facts';
import {
  ACCESS_PLATFORM,
  type DeviceClass,
  deviceFactsOf,
  deviceOf,
  guestOf,
  known,
  type PlatformId,
  type Policy,
  platformOf,
  type Question,
  type RunResult,
  runScenario,
  type Scenario,
  scenarioOf,
} from '../../model/index.js';
import { isSameData, type Ledger } from '../../program/index.js';
import { scenarioFacts, type TreePolicy } from '../evaluate/index.js';
import type { Atoms } from '../formulas/atoms.js';
import type { Formula } from '../formulas/formula.js';
import type { SiteOutcome } from '../site.js';
import type { FoundSite } from '../sites/collector.js';
import { atOnce, type Steps } from '../steps.js';
import { usualRatio } from '../throughput/index.js';
import { reachIn } from './reach-in.js';
import type { SiteScenario } from './scenario-set.js';

/** The decisions that hold for one file: those of the tree, with the file's own driver. */
export interface FilePolicy {
  readonly policy: Policy;
  readonly deviceClass: DeviceClass;
  /** Answers predicates that the tree's own code decides. */
  readonly predicates: Pick<TreePolicy, 'predicate'>;
}

export interface Annotations {
  readonly outcomes: ReadonlyMap<FoundSite, readonly SiteOutcome[]>;
  /** Platforms on which data of a file's device is bounced, where the device offers what it can. */
  readonly bouncedFor: (file: string) => readonly PlatformId[];
  /** Sites whose outcomes could not be worked out because of a defect, by file. */
  readonly notAnalysed: readonly { readonly file: string; readonly reason: string }[];
}

export interface AnnotateOptions {
  readonly atoms: Atoms;
  readonly scenarios: readonly SiteScenario[];
  readonly policyFor: (file: string) => FilePolicy;
  /** Keeps what was worked out. */
  readonly ledger: Ledger;
  /** Puts lines in place of their marks, where policies leave marks (`Program.lineWord`). */
  readonly placed?: (text: string) => string;
}

/**
 * Kinds of bypass sites whose address the device follows, and the devices of the set they concern: null for all, since only
 * a legacy transport writes frame numbers.
 */
const followed: Readonly<Record<string, readonly string[] | null>> = {
  cpu_phys_to_device: null,
  ring_alloc_plain: null,
  ring_pfn_write: ['legacy'],
};

/**
 * Kinds of addresses inside messages. Such an address stands for data where it is the other arm of a DMA mapping; elsewhere
 * what the host does with the page it names is the protocol's affair, and the site is not run.
 */
const told: ReadonlySet<string> = new Set(['payload_gpa']);

/** Kinds that decide between DMA API and bypass, or accept a device: their outcome is that of the guest as a whole. */
const decisionKinds: ReadonlySet<string> = new Set([
  'dma_api_decision',
  'platform_hook',
  'platform_hook_def',
  'offered_check',
]);

/** Outcomes of bypass sites whose address a device follows, and of decisions. Other sites have none. Never throws. */
export function* annotationSteps(
  sites: readonly FoundSite[],
  options: AnnotateOptions,
  runs: Runs = new Runs(options),
): Steps<Annotations> {
  const outcomes = new Map<FoundSite, readonly SiteOutcome[]>();
  const place = placing(options.placed);
  const notAnalysed: { file: string; reason: string }[] = [];
  for (const found of sites) {
    try {
      const own = outcomesOf(found, runs, options.atoms);
      if (own !== null) outcomes.set(found, place(own));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      notAnalysed.push({ file: found.site.file, reason: `outcomes failed: ${what}` });
    }
    yield;
  }
  return { outcomes, notAnalysed, bouncedFor: (file) => runs.bounced(file) };
}

/** The same at once. */
export function annotate(sites: readonly FoundSite[], options: AnnotateOptions): Annotations {
  return atOnce(annotationSteps(sites, options));
}

/** Sites of a file share their outcomes: each list is made over once. */
function placing(
  placed: AnnotateOptions['placed'],
): (outcomes: readonly SiteOutcome[]) => readonly SiteOutcome[] {
  if (placed === undefined) return (outcomes) => outcomes;
  const made = new Map<readonly SiteOutcome[], readonly SiteOutcome[]>();
  return (outcomes) => {
    let list = made.get(outcomes);
    if (list === undefined) {
      list = outcomes.map((one) => ({
        ...one,
        why: placed(one.why),
        ...(one.acceptedBy !== undefined && { acceptedBy: placed(one.acceptedBy) }),
      }));
      made.set(outcomes, list);
    }
    return list;
  };
}

/** Null for a site that is not run. */
function outcomesOf(found: FoundSite, runs: Runs, atoms: Atoms): readonly SiteOutcome[] | null {
  const { kind, file } = found.site;
  const isData = told.has(kind) && bearsOnDecision(found.formula, atoms);
  const devices = isData ? null : followed[kind];
  if (devices !== undefined) return runs.ofBypass(file, devices, found.formula);
  return decisionKinds.has(kind) && isDefinition(found) ? runs.ofDecision(file) : null;
}

function bearsOnDecision(formula: Formula, atoms: Atoms): boolean {
  return atoms.formulas.support(formula).some((index) => {
    const atom = atoms.get(index);
    return atom.kind === 'feature' && decisionFacts.has(atom.name);
  });
}

/** Whether the site is the function itself, and not a place that asks it. */
function isDefinition({ candidate: { function: fn, at } }: FoundSite): boolean {
  return fn !== null && at.start <= fn.nameSpan.start && fn.nameSpan.end <= at.end;
}

/** Made so far: each has answers of its own. */
let count = 0;

/** Runs by file and scenario; sites of one file share them. */
export class Runs {
  private readonly o: AnnotateOptions;
  private readonly numbers = new Map<Policy, number>();
  private readonly table = `outcomes ${++count}`;

  constructor(options: AnnotateOptions) {
    this.o = options;
  }

  /** Scenarios in which the place is reached, or the device is refused before it could be; others have no entry. */
  ofBypass(file: string, devices: readonly string[] | null, formula: Formula): readonly SiteOutcome[] {
    const key = `${this.keyOf(file)} ${formula} ${devices?.join() ?? 'all'}`;
    return this.remember(key, () => {
      const scenarios = this.o.scenarios.filter(({ device }) => devices?.includes(device) ?? true);
      return scenarios.flatMap((scenario) => this.bypass(file, scenario, formula) ?? []);
    });
  }

  ofDecision(file: string): readonly SiteOutcome[] {
    return this.remember(`${this.keyOf(file)} decision`, () =>
      this.o.scenarios.map((scenario) => toOutcome(scenario, this.policyOf(file), this.run(file, scenario))),
    );
  }

  bounced(file: string): readonly PlatformId[] {
    const bouncing = this.ofDecision(file).filter(({ outcome }) => outcome === 'bounced');
    return [...new Set(bouncing.map(({ platform }) => platform))];
  }

  private bypass(file: string, scenario: SiteScenario, formula: Formula): SiteOutcome | null {
    const filePolicy = this.policyOf(file);
    const whole = this.run(file, scenario);
    // A refused device never gets here: the site is safe by the gate, and the report says so.
    if (whole.outcome === 'refused') return toOutcome(scenario, filePolicy, whole);
    const question = questionAfter(this.scenarioOf(file, scenario), whole, filePolicy.policy);
    const facts = scenarioFacts(question, filePolicy.predicates);
    const reach = reachIn(formula, this.o.atoms, facts);
    if (reach === 'not reached') return null;
    if (reach !== 'reached') {
      const why = `not known: ${reach.unknown}`;
      return { ...toOutcome(scenario, filePolicy, whole), outcome: 'undecided', why, copies: 0, slots: 0 };
    }
    const outcome = toOutcome(scenario, filePolicy, this.run(file, scenario, 'physical'));
    if (outcome.outcome === 'direct') return outcome;
    return { ...outcome, acceptedBy: filePolicy.policy.refusal(question).where };
  }

  /** `physical`: whatever the tree decides, the address is a physical one, as it is at a bypass site that is reached. */
  private run(file: string, scenario: SiteScenario, as: 'decided' | 'physical' = 'decided'): RunResult {
    const key = `${this.keyOf(file)} ${scenario.platform} ${scenario.device} ${as}`;
    const { policy } = this.policyOf(file);
    return this.remember(`run ${key}`, () =>
      runScenario(this.scenarioOf(file, scenario), {
        policy: as === 'decided' ? policy : bypassing(policy),
      }),
    );
  }

  private scenarioOf(file: string, { platform, device }: SiteScenario): Scenario {
    const { policy, deviceClass } = this.policyOf(file);
    return scenarioOf(platform, deviceOf(device), policy.id, deviceClass);
  }

  private policyOf(file: string): FilePolicy {
    return this.o.policyFor(file);
  }

  /** Files whose device is of the same class and whose decisions are the same object share their runs. */
  private keyOf(file: string): string {
    const { policy, deviceClass } = this.policyOf(file);
    const number = this.numbers.get(policy) ?? this.numbers.size;
    this.numbers.set(policy, number);
    return `${number} ${deviceClass}`;
  }

  private remember<T>(key: string, find: () => T): T {
    return this.o.ledger.answer(this.table, key, find, undefined, { isSame: isSameData });
  }
}

/** The policy of a bypass site that is reached: its address is a physical one, whatever else the code decides. */
export function bypassing(policy: Policy): Policy {
  return {
    ...policy,
    usesDmaApi: () => known(false, 'the site under review'),
    refusal: () => known(null, ''),
  };
}

/** The question as it stands when a device was accepted. */
function questionAfter(scenario: Scenario, run: RunResult, policy: Policy): Question {
  const device = deviceFactsOf(scenario);
  const features = new Set([...device.offered].filter((bit) => bit !== ACCESS_PLATFORM));
  if (run.accessPlatformNegotiated) features.add(ACCESS_PLATFORM);
  return { guest: guestOf(scenario, policy), device, features, driverClears: null };
}

function toOutcome({ platform, device }: SiteScenario, { policy }: FilePolicy, run: RunResult): SiteOutcome {
  return {
    platform,
    device,
    policy: policy.id,
    outcome: run.outcome,
    why: whyOf(run, platform),
    copies: run.counts.copiesToDevice + run.counts.copiesFromDevice,
    slots: run.counts.slotsPeak,
    throughputRatio: run.outcome === 'bounced' ? usualRatio(platform) : null,
  };
}

/** What decided the outcome, in a few words. */
function whyOf(run: RunResult, platform: SiteScenario['platform']): string {
  switch (run.outcome) {
    case 'refused':
      return run.gate === null ? '' : `${run.gate.errno}, ${run.gate.where}`;
    case 'direct':
      return 'the device reads the very memory the driver filled';
    case 'bounced':
      return 'copied through the bounce pool, which the device can read';
    case 'ciphertext':
    case 'fault':
    case 'stale': {
      const { privateAccess, notForcedBecause } = platformOf(platform);
      const isUnbounced = run.usesDmaApi && run.ring === 'direct' && notForcedBecause !== '';
      return isUnbounced ? `payload is not bounced, ${notForcedBecause}; ${privateAccess}` : privateAccess;
    }
    case 'misread':
      return 'the address leads elsewhere';
    case 'exhausted':
    case 'undecided':
      return run.notes.at(-1) ?? '';
  }
}
