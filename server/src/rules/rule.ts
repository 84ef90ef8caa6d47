import type { FoundSite, Inventory, SiteOutcome, Workload } from '../analysis/index.js';
import type { Program } from '../program/index.js';
import type { Finding, Level } from './finding.js';

/** What a rule looks at. */
export interface RuleContext {
  readonly program: Program;
  /** The files the run is about, relative to the tree; the others serve to resolve what they use. */
  readonly files: readonly string[];
  readonly inventory: Inventory;
  /** What becomes of sites in each kind of guest; a site that is not there was not run. */
  readonly outcomes: ReadonlyMap<FoundSite, readonly SiteOutcome[]>;
  /** What the drivers' requests are made of. */
  readonly workloads: readonly Workload[];
}

/** A finding without the things the engine adds: rule, fingerprint, and the rule's level where it gives none. */
export type Found = Omit<Finding, 'rule' | 'level' | 'fingerprint'> & { readonly level?: Level };

/** All that a face needs of a rule. */
export interface RuleInfo {
  readonly id: string;
  readonly level: Level;
  /** One line, for lists. */
  readonly summary: string;
  /** The rule's page, in Markdown: what it finds, why it matters, what to do. */
  readonly page: string;
}

/** A rule is a record with all that a face needs, and a pure function from the inventory to findings. */
export interface Rule extends RuleInfo {
  readonly run: (context: RuleContext) => readonly Found[];
}
