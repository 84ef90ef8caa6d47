/**
 * The analysis folder's face: from a program to its sites, each with the condition under which it is reached.
 */
import type { Program } from '../program/index.js';
import type { Expr } from '../syntax/ir.js';
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
import { atOnce, type Steps } from './steps.js';
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
export {
  type AnnotateOptions,
  annotate,
  annotationSteps,
  bypassing,
  type FilePolicy,
  Runs,
} from './outcomes/annotate.js';
export { type ScenarioChoice, type SiteScenario, scenarioSet } from './outcomes/scenario-set.js';
export type { Guard, GuardStep, Site, SiteCategory, SiteOutcome } from './site.js';
export { type Candidate, type FoundSite, guardSteps } from './sites/collector.js';
export { coreDecision, type DecisionFunction, decisionFunctions } from './sites/decision.js';
export { type FileRole, fileRoles } from './sites/roles.js';
export { atOnce, type Steps } from './steps.js';
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
  /** Default: a new one. */
  readonly resolver?: Resolver;
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
  return atOnce(inventorySteps(program, options));
}

/** The same, a piece of work at a time. */
export function* inventorySteps(program: Program, options: InventoryOptions): Steps<Inventory> {
  const resolver = options.resolver ?? new Resolver(program);
  const collector = new SiteCollector(resolver);
  const notAnalysed: { file: string; reason: string }[] = [];
  // Tracing a value back may lead into files that nobody asked about.
  const add = (candidate: Candidate): void => {
    if (options.isWanted(candidate.file)) collector.add(candidate);
  };
  const run = new Run(program, resolver);
  const wanted = program.files.filter(options.isWanted);
  /** A defect met in one file is said of that file and costs no other. */
  const attempt = function* (file: string, pass: (file: string) => Steps<void>): Steps<void> {
    try {
      yield* pass(file);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      notAnalysed.push({ file, reason: `analysis failed: ${what}` });
    }
  };
  const learnt = new Learnt();
  for (const [index, file] of wanted.entries()) {
    options.onFile?.(index, wanted.length);
    yield* attempt(file, (f) => run.file(f, add, learnt));
    yield* attempt(file, (f) => collector.resolve(f));
  }
  for (const [number, pass] of run.laterPasses.entries()) {
    pass.announce(learnt);
    for (const file of wanted) yield* attempt(file, (f) => run.later(f, pass, number, add, learnt));
  }
  return { sites: collector.finish(), resolver, notAnalysed };
}

/** What detectors learn in one pass and use in the next. */
class Learnt {
  readonly carriers: AddressCarriers = new AddressCarriers();
  readonly rings: RingMemory = new Set();

  add({ carriers, rings }: Learnt): void {
    this.carriers.add(carriers);
    for (const ring of rings) this.rings.add(ring);
  }
}

/** What one pass finds in one function, or at the file level of one file. */
interface Found {
  readonly candidates: readonly Candidate[];
  readonly learnt: Learnt;
}

class Run {
  private readonly origins: Origins;
  private readonly roleOf: ReturnType<typeof fileRoles>;
  private readonly program: Program;
  private readonly resolver: Resolver;

  constructor(program: Program, resolver: Resolver) {
    this.program = program;
    this.resolver = resolver;
    this.origins = new Origins(program);
    this.roleOf = fileRoles(program);
  }

  /** The first pass over a file. */
  *file(file: string, add: (candidate: Candidate) => void, learnt: Learnt): Steps<void> {
    const outside = this.found('found at file level', file, (found) => {
      const context = this.fileContext(file, found);
      fileLevelSites(context);
      hostMacros(context);
    });
    outside.candidates.forEach(add);
    for (const fn of functionsIn(this.program, file)) {
      const inside = this.found('found', fn, (found, own) => {
        const detectors = nodeDetectors(own.carriers, own.rings);
        const ctx = this.functionContext(this.fileContext(file, found), fn);
        negotiationDefinitions(ctx);
        for (const { body } of fn.variants) {
          walk(body, (node, parents) => {
            for (const detect of detectors) detect(ctx, node, parents);
          });
        }
        elisions(ctx);
      });
      inside.candidates.forEach(add);
      learnt.add(inside.learnt);
      yield;
    }
  }

  /**
   * What needs the whole first pass, in order: messages known by then to be queued, filled with addresses; messages
   * known to carry addresses, where they are queued; memory known to be a ring's, given back.
   */
  get laterPasses(): readonly LaterPass[] {
    const { ledger } = this.program;
    const isQueued = (carrier: string): boolean => ledger.announcedFor('queued', carrier) === true;
    const kindOf = (carrier: string): string | null => ledger.announcedFor('kinds', carrier) ?? null;
    const rings = (): ReadonlySet<Expr> => ledger.announced('rings');
    // Copies are announced: they are compared with what comes after.
    return [
      {
        announce: ({ carriers }) =>
          ledger.publish('queued', new Map([...carriers.queued].map((carrier) => [carrier, true]))),
        detector: (own) => plainMessageStores(own.carriers.knowing({ isQueued })),
      },
      {
        announce: ({ carriers }) => ledger.publish('kinds', new Map(carriers.kinds)),
        detector: (own) => queuedAddressMessages(own.carriers.knowing({ kindOf })),
      },
      {
        announce: ({ rings }) => ledger.publish('rings', new Set(rings)),
        detector: () => usesOfRingMemory(rings),
      },
    ];
  }

  *later(
    file: string,
    pass: LaterPass,
    number: number,
    add: (candidate: Candidate) => void,
    learnt: Learnt,
  ): Steps<void> {
    for (const fn of functionsIn(this.program, file)) {
      const inside = this.found(`found in pass ${number}`, fn, (found, own) => {
        pass.detector(own)(this.functionContext(this.fileContext(file, found), fn));
      });
      inside.candidates.forEach(add);
      learnt.add(inside.learnt);
      yield;
    }
  }

  private found(what: string, key: unknown, find: (add: FileContext['add'], own: Learnt) => void): Found {
    const collect = (): Found => {
      const candidates: Candidate[] = [];
      const learnt = new Learnt();
      find((candidate) => candidates.push(candidate), learnt);
      return { candidates, learnt };
    };
    // Asked once: what is kept would keep the code of every function.
    if (!this.program.ledger.tracks) return collect();
    return this.resolver.answer(what, key, collect, hasFoundTheSame);
  }

  private fileContext(file: string, add: FileContext['add']): FileContext {
    const { program, resolver } = this;
    return {
      file,
      role: this.roleOf(file),
      program,
      resolver,
      // What is traced for one function rests on all that it leads to; kept for others it would rest on too much.
      origins: program.ledger.tracks ? new Origins(program) : this.origins,
      macros: (name) => program.macro(name, file),
      add,
    };
  }

  private functionContext(context: FileContext, fn: FunctionContext['fn']): FunctionContext {
    return {
      ...context,
      fn,
      scope: this.program.scopeOf(fn),
      emit: (kind, at, more) =>
        context.add({
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

/** A pass over what the passes before it have learnt. */
interface LaterPass {
  readonly announce: (learnt: Learnt) => void;
  readonly detector: (own: Learnt) => FunctionDetector;
}

function hasFoundTheSame(a: Found, b: Found): boolean {
  return (
    a.candidates.length === b.candidates.length &&
    a.candidates.every((candidate, index) => isSameCandidate(candidate, b.candidates[index])) &&
    isSameItems(a.learnt.rings, b.learnt.rings) &&
    isSameItems(a.learnt.carriers.queued, b.learnt.carriers.queued) &&
    isSameItems(a.learnt.carriers.kinds.keys(), b.learnt.carriers.kinds.keys()) &&
    isSameItems(a.learnt.carriers.kinds.values(), b.learnt.carriers.kinds.values())
  );
}

function isSameItems(a: Iterable<unknown>, b: Iterable<unknown>): boolean {
  const [one, other] = [[...a], [...b]];
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

function isSameCandidate(a: Candidate, b: Candidate | undefined): boolean {
  return (
    a.kind === b?.kind &&
    a.file === b.file &&
    a.function === b.function &&
    a.at.start === b.at.start &&
    a.at.end === b.at.end &&
    a.guardAt === b.guardAt &&
    a.own === b.own &&
    a.feature === b.feature &&
    a.expression === b.expression
  );
}
