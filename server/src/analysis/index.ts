/**
 * The analysis folder's face: from a program to its sites, each with the condition under which it is reached.
 */
import type { Program } from '../program/index.js';
import { walk } from '../syntax/walk.js';
import { Resolver } from './conditions/resolve.js';
import { functionsIn } from './linkage.js';
import { deviceSuppliedAddresses, premappedBuffers, refedBuffers } from './sites/buffers.js';
import { type Candidate, type FoundSite, SiteCollector } from './sites/collector.js';
import type { FileContext, FunctionContext, FunctionDetector, NodeDetector } from './sites/context.js';
import { elisions } from './sites/elisions.js';
import { featureCallSites, featureMentions, maskUses } from './sites/features/feature-uses.js';
import { fileLevelSites } from './sites/features/file-level.js';
import { negotiationDefinitions, negotiationSteps } from './sites/features/negotiation.js';
import { hostMacros, hostTranslation } from './sites/other-ends/host-translation.js';
import { descriptorReads, otherEndRingAddresses } from './sites/other-ends/other-end.js';
import { pageTables } from './sites/other-ends/page-tables.js';
import {
  AddressCarriers,
  pageReports,
  payloadAddresses,
  plainMessageStores,
  queuedAddressMessages,
} from './sites/payload.js';
import { descriptorStores, physicalHandles, plainRingMemory, ringAddressExports } from './sites/ring-core.js';
import { type RingMemory, ringMemory, usesOfRingMemory } from './sites/ring-memory.js';
import { fileRoles } from './sites/roles.js';
import {
  callerRings,
  channelAddresses,
  ringAddressesHandedOn,
  ringRegisterWrites,
} from './sites/transport.js';
import { Origins } from './values/origins.js';

export { Resolver } from './conditions/resolve.js';
export {
  type Configuration,
  ConfigurationError,
  defaultConfiguration,
  parseConfiguration,
  type TreePolicy,
  type TreePolicyOptions,
  treePolicy,
} from './evaluate/index.js';
export { annotate, bypassing, type FilePolicy } from './outcomes/annotate.js';
export { type ScenarioChoice, type SiteScenario, scenarioSet } from './outcomes/scenario-set.js';
export type { Guard, GuardStep, Site, SiteCategory, SiteOutcome } from './site.js';
export type { Candidate, FoundSite } from './sites/collector.js';
export { coreDecision, type DecisionFunction, decisionFunctions } from './sites/decision.js';
export { type FileRole, fileRoles } from './sites/roles.js';
export { type ThroughputRatio, workloadRatio } from './throughput/index.js';
export { isFeatureName } from './values/features.js';
export * from './workload/index.js';

/** What a run found, with the resolver its formulas belong to. */
export interface Inventory {
  readonly sites: readonly FoundSite[];
  readonly resolver: Resolver;
  /** Functions the analysis had to give up on, and why. */
  readonly notAnalysed: readonly { readonly file: string; readonly reason: string }[];
}

export interface InventoryOptions {
  /** Only files for which this holds are searched for sites; all files of the program serve to resolve them. */
  readonly isWanted: (file: string) => boolean;
  readonly onFile?: (done: number, total: number) => void;
}

/** Detectors that look at one node at a time, in the order their sites are reported for one place. */
function nodeDetectors(carriers: AddressCarriers, rings: RingMemory): readonly NodeDetector[] {
  return [
    featureCallSites,
    featureMentions,
    maskUses,
    negotiationSteps,
    physicalHandles,
    descriptorStores,
    ringAddressExports,
    plainRingMemory,
    ringMemory(rings),
    ringRegisterWrites,
    ringAddressesHandedOn,
    callerRings,
    channelAddresses,
    payloadAddresses(carriers),
    pageReports,
    refedBuffers,
    premappedBuffers,
    deviceSuppliedAddresses,
    descriptorReads,
    hostTranslation,
    pageTables,
    otherEndRingAddresses,
  ];
}

/** Every site of the wanted files. Never throws: what fails is listed. */
export function takeInventory(program: Program, options: InventoryOptions): Inventory {
  const resolver = new Resolver(program);
  const collector = new SiteCollector(resolver);
  const notAnalysed: { file: string; reason: string }[] = [];
  // Tracing a value back may lead into files that nobody asked about.
  const add = (candidate: Candidate): void => {
    if (options.isWanted(candidate.file)) collector.add(candidate);
  };
  const run = new Run(program, resolver, add);
  const wanted = program.files.filter(options.isWanted);
  /** A defect met in one file is said of that file and costs no other. */
  const attempt = (file: string, pass: (file: string) => void): void => {
    try {
      pass(file);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      notAnalysed.push({ file, reason: `analysis failed: ${what}` });
    }
  };
  wanted.forEach((file, index) => {
    options.onFile?.(index, wanted.length);
    attempt(file, (f) => run.file(f));
    attempt(file, (f) => collector.resolve(f));
  });
  for (const detect of run.laterPasses) for (const file of wanted) attempt(file, (f) => run.later(f, detect));
  return { sites: collector.finish(), resolver, notAnalysed };
}

class Run {
  private readonly carriers = new AddressCarriers();
  private readonly rings: RingMemory = new Set();
  private readonly detectors: readonly NodeDetector[];
  private readonly origins: Origins;
  private readonly roleOf: ReturnType<typeof fileRoles>;
  private readonly program: Program;
  private readonly resolver: Resolver;
  private readonly add: FileContext['add'];

  constructor(program: Program, resolver: Resolver, add: FileContext['add']) {
    this.program = program;
    this.resolver = resolver;
    this.add = add;
    this.detectors = nodeDetectors(this.carriers, this.rings);
    this.origins = new Origins(program);
    this.roleOf = fileRoles(program);
  }

  file(file: string): void {
    const context = this.fileContext(file);
    fileLevelSites(context);
    hostMacros(context);
    for (const fn of functionsIn(this.program, file)) {
      const ctx = this.functionContext(context, fn);
      negotiationDefinitions(ctx);
      for (const { body } of fn.variants) {
        walk(body, (node, parents) => {
          for (const detect of this.detectors) detect(ctx, node, parents);
        });
      }
      elisions(ctx);
    }
  }

  /**
   * What needs the whole first pass, in order: messages known by then to be queued, filled with addresses; messages
   * known to carry addresses, where they are queued; memory known to be a ring's, given back.
   */
  get laterPasses(): readonly FunctionDetector[] {
    return [
      plainMessageStores(this.carriers),
      queuedAddressMessages(this.carriers),
      usesOfRingMemory(this.rings),
    ];
  }

  later(file: string, detect: FunctionDetector): void {
    const context = this.fileContext(file);
    for (const fn of functionsIn(this.program, file)) detect(this.functionContext(context, fn));
  }

  private fileContext(file: string): FileContext {
    return {
      file,
      role: this.roleOf(file),
      program: this.program,
      resolver: this.resolver,
      origins: this.origins,
      macros: (name) => this.program.macro(name, file),
      add: this.add,
    };
  }

  private functionContext(context: FileContext, fn: FunctionContext['fn']): FunctionContext {
    return {
      ...context,
      fn,
      scope: this.program.scopeOf(fn),
      emit: (kind, at, more) =>
        this.add({
          kind,
          file: fn.file,
          function: fn,
          at: { start: at.start, end: at.end },
          guardAt: at,
          ...more,
        }),
    };
  }
}
