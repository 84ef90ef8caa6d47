/** Gathers sites from the detectors: one of a kind a place, with its guard, in source order. */
import { createHash } from 'node:crypto';
import { siteKind } from '@vringside/grammars/site-kinds';
import type { FunctionRef } from '../../program/index.js';
import { oneLine } from '../../text/one-line.js';
import type { Span } from '../../text/span.js';
import type { Resolver } from '../conditions/resolve.js';
import { singleSteps, type Via } from '../conditions/steps.js';
import { type Formula, TooComplex } from '../formulas/formula.js';
import {
  type GuardResult,
  guardOf,
  guardOfFileLevel,
  type PlacelessGuard,
  unresolvedGuard,
} from '../guard.js';
import type { Guard, GuardStep, Site } from '../site.js';
import type { Steps } from '../steps.js';

/** What a detector says of a place. */
export interface Candidate {
  readonly kind: string;
  readonly file: string;
  /** Null at file level. */
  readonly function: FunctionRef | null;
  readonly at: Span;
  /** The node whose reach is the guard; default `at`. */
  readonly guardAt?: Span;
  /** A condition of the site itself, beside where it stands: an elision holds where its test does. */
  readonly own?: Formula;
  readonly feature?: string;
  /** Shown instead of the source text of `at`. */
  readonly expression?: string;
}

/** A site with the formula of its guard, valid within the run's resolver. */
export interface FoundSite {
  readonly site: Site;
  readonly candidate: Candidate;
  readonly formula: Formula;
}

const MAX_EXPRESSION = 200;

export class SiteCollector {
  private readonly byKey = new Map<string, Candidate>();
  private readonly resolver: Resolver;

  constructor(resolver: Resolver) {
    this.resolver = resolver;
  }

  add(candidate: Candidate): void {
    if (siteKind(candidate.kind) === null) throw new Error(`unknown site kind ${candidate.kind}`);
    const key = `${candidate.file}:${candidate.at.start}:${candidate.kind}:${candidate.feature ?? ''}`;
    if (!this.byKey.has(key)) this.byKey.set(key, candidate);
  }

  /**
   * Works out the guards of the candidates of a file while its functions are at hand; the rest is worked out in the end.
   */
  *resolve(file: string): Steps<void> {
    for (const candidate of this.byKey.values()) {
      if (candidate.file !== file) continue;
      this.guardOf(candidate);
      yield;
    }
  }

  /** All sites, sorted by file, place and kind. */
  finish(): FoundSite[] {
    const candidates = [...this.byKey.values()].sort(compareCandidates);
    const ordinals = new Map<string, number>();
    return candidates.map((c) => this.build(c, ordinals));
  }

  private guardOf(c: Candidate): GuardResult {
    return this.resolver.answer('guard', c, () => this.findGuard(c));
  }

  private findGuard(c: Candidate): GuardResult {
    if (c.function === null) return guardOfFileLevel(this.resolver, c.file, c.at.start);
    try {
      return guardOf(this.resolver, {
        ref: c.function,
        at: c.guardAt ?? c.at,
        ...(c.own === undefined ? {} : { own: c.own }),
        withCallers: c.own === undefined && siteKind(c.kind)?.category === 'bypass',
      });
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      return unresolvedGuard(this.resolver, c.function);
    }
  }

  private build(c: Candidate, ordinals: Map<string, number>): FoundSite {
    const { program } = this.resolver;
    const guarded = this.guardOf(c);
    const functionName = c.function?.name ?? '';
    const expression = (c.expression ?? oneLine(program.textOf(c.file, c.at))).slice(0, MAX_EXPRESSION);
    const identity = [c.kind, c.file, functionName, expression, c.feature ?? ''].join('\0');
    const ordinal = ordinals.get(identity) ?? 0;
    ordinals.set(identity, ordinal + 1);
    const site: Site = {
      id: idOf(c, `${identity}\0${ordinal}`),
      category: siteKind(c.kind)?.category ?? 'mapping',
      kind: c.kind,
      file: c.file,
      function: functionName,
      range: { start: program.positionOf(c.file, c.at.start), end: program.positionOf(c.file, c.at.end) },
      expression,
      ...(c.feature === undefined ? {} : { feature: c.feature }),
      guard: guarded.guard === null ? null : placed(this.resolver, guarded.guard),
    };
    return { site, candidate: c, formula: guarded.formula };
  }
}

const ids = new WeakMap<Candidate, { readonly identity: string; readonly id: string }>();

function idOf(candidate: Candidate, identity: string): string {
  const known = ids.get(candidate);
  if (known?.identity === identity) return known.id;
  const id = createHash('sha256').update(identity).digest('hex').slice(0, 16);
  ids.set(candidate, { identity, id });
  return id;
}

/** Chains longer than this say no more to a reader. */
const MAX_STEPS = 8;

/** The guard with the lines on which its steps stand, each once. */
function placed(resolver: Resolver, { via, ...said }: PlacelessGuard): Guard {
  return { ...said, via: guardSteps(resolver, via) };
}

/** Steps with the lines they stand on, each once, up to as many as a reader wants. */
export function guardSteps(resolver: Resolver, via: readonly Via[]): readonly GuardStep[] {
  const steps = new Map<string, GuardStep>();
  for (const { file, at, text } of singleSteps(via, (answer) => resolver.stepsOf(answer))) {
    const line = resolver.program.lineOf(file, at);
    const key = `${file}:${line}:${text}`;
    if (!steps.has(key)) steps.set(key, { file, line, text });
    if (steps.size === MAX_STEPS) break;
  }
  return [...steps.values()];
}

function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  if (a.at.start !== b.at.start) return a.at.start - b.at.start;
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return (a.feature ?? '') < (b.feature ?? '') ? -1 : 1;
}
