import type { Formula } from '../analysis/formulas/formula.js';
import {
  coreDecision,
  type DecisionFunction,
  decisionFunctions,
  type FoundSite,
  type Resolver,
} from '../analysis/index.js';
import type { Expr } from '../syntax/ir.js';
import { isExpr, type Path, walk } from '../syntax/walk.js';
import type { Span } from '../text/span.js';
import type { Found, Rule, RuleContext } from './rule.js';

export const guardDiffersFromCore: Rule = {
  id: 'guard-differs-from-core',
  level: 'warning',
  summary: 'a driver\'s "use the DMA API" condition that is not the ring core\'s',
  page: `# guard-differs-from-core

A driver decides for itself whether an address must come from the DMA API, and decides otherwise than the ring core of
the same tree does.

## Why it matters

Ring and payload must agree. Where the driver's condition is weaker, it hands out physical addresses while the ring uses
the DMA API (on Xen the device then cannot find the page); where it is stronger, it maps addresses the device will take as
physical.

## How it is found

The driver's condition and the core's are followed through functions, fields and files down to facts of the guest, and
compared as Boolean functions: any spelling of the same condition is the same. The message names the case in which the
two differ.

## What to do

Ask the ring core, or repeat its whole condition: \`VIRTIO_F_ACCESS_PLATFORM\` negotiated, or a Xen guest.

## What it does not report

Conditions of the other ends of a queue (vhost, vDPA parents), and trees whose core has no decision function (before 4.6).
`,
  run: (context) => {
    const core = coreDecision(context.inventory.resolver);
    if (core === null) return [];
    const own = [...driverPredicates(context, core), ...quirkTests(context, core)];
    const seen = new Set(own.map((f) => `${f.file}:${f.function}`));
    // One finding a root cause: a function already told of is not told of again for each address.
    return [...own, ...guardedSites(context, core).filter((f) => !seen.has(`${f.file}:${f.function}`))];
  },
};

/** Decision functions of drivers that answer otherwise than the core's. */
function driverPredicates(context: RuleContext, core: DecisionFunction): Found[] {
  const { resolver } = context.inventory;
  return decisionFunctions(resolver).flatMap((d) =>
    d.ref.name === core.ref.name
      ? []
      : compare(context, core, resolver.atoms.namedPart(d.formula), d.ref.file, d.ref.name, d.ref.nameSpan),
  );
}

/** Conditions made of the quirk helper where a driver asks it directly. */
function quirkTests(context: RuleContext, core: DecisionFunction): Found[] {
  const { resolver, sites } = context.inventory;
  const deciders = new Set(decisionFunctions(resolver).map((d) => `${d.ref.file}:${d.ref.name}`));
  return sites.flatMap(({ site, candidate }) => {
    const fn = candidate.function;
    if (site.kind !== 'dma_quirk' || fn === null || deciders.has(`${fn.file}:${fn.name}`)) return [];
    const condition = conditionAround(
      fn.variants.flatMap((v) => v.body),
      candidate.at,
    );
    const truth = condition === null ? null : resolver.truthIn(fn, condition);
    if (condition === null || truth === null) return [];
    const { formulas } = resolver.atoms;
    const api = apiSense(resolver, truth, core);
    return api === null
      ? []
      : compare(
          context,
          core,
          formulas.project(api, (a) => resolver.atoms.isNamed(a)),
          fn.file,
          fn.name,
          condition,
        );
  });
}

/** The condition in the sense "use the DMA API", whichever way round it is written; null when it is neither. */
function apiSense(resolver: Resolver, truth: Formula, core: DecisionFunction): Formula | null {
  const { formulas } = resolver.atoms;
  const api = resolver.atoms.namedPart(core.formula);
  if (formulas.and(truth, formulas.not(api)) === 0) return truth;
  const negated = formulas.not(truth);
  return formulas.and(negated, formulas.not(api)) === 0 ? negated : null;
}

/** The whole condition a call stands in: negations, `&&` and `||` around it. */
function conditionAround(body: Parameters<typeof walk>[0], at: Span): Expr | null {
  let found: Expr | null = null;
  walk(body, (node, up) => {
    if (found !== null || node.kind !== 'call' || node.start !== at.start || node.end !== at.end) return;
    found = widest(node, up);
  });
  return found;
}

function widest(call: Expr, path: Path | null): Expr {
  let condition = call;
  for (let up = path; up !== null; up = up.up) {
    const { node } = up;
    const isLogic =
      node.kind === 'unary'
        ? node.op === '!'
        : node.kind === 'binary' && (node.op === '&&' || node.op === '||');
    if (!isLogic || !isExpr(node)) break;
    condition = node;
  }
  return condition;
}

/** Addresses of drivers whose own guard speaks of the decision, but not as the core does. */
function guardedSites(context: RuleContext, core: DecisionFunction): Found[] {
  const { atoms } = context.inventory.resolver;
  const { formulas } = atoms;
  const api = atoms.namedPart(core.formula);
  const decisive = new Set(formulas.support(api));
  return context.inventory.sites.flatMap((found) => {
    const { site } = found;
    if (site.file === core.ref.file || !isAddressSite(found)) return [];
    const guard = found.formula;
    const isApiSide = site.kind === 'payload_dma_addr';
    const speaksOfIt = formulas.support(guard).some((a) => decisive.has(a));
    if (!speaksOfIt || formulas.implies(guard, isApiSide ? api : formulas.not(api))) return [];
    const theirs = isApiSide ? guard : formulas.not(guard);
    return compare(context, core, theirs, site.file, site.function, found.candidate.at, site.id);
  });
}

function isAddressSite({ site }: FoundSite): boolean {
  return /^(?:cpu_phys_to_device|payload_gpa|payload_pfn|payload_dma_addr)$/.test(site.kind);
}

function compare(
  { program, inventory }: RuleContext,
  core: DecisionFunction,
  theirs: Formula,
  file: string,
  fn: string,
  at: Span,
  site?: string,
): Found[] {
  const { atoms } = inventory.resolver;
  const wanted = atoms.namedPart(core.formula);
  if (theirs === wanted) return [];
  return [
    {
      message: `${fn}() ${disagreement(inventory.resolver, theirs, wanted, core.ref.name)}`,
      file,
      function: fn,
      range: { start: program.positionOf(file, at.start), end: program.positionOf(file, at.end) },
      ...(site === undefined ? {} : { site }),
      related: [relatedCore(program, core)],
    },
  ];
}

function disagreement(resolver: Resolver, theirs: Formula, core: Formula, name: string): string {
  const { atoms } = resolver;
  const { formulas } = atoms;
  const missing = formulas.and(core, formulas.not(theirs));
  if (missing !== 0) {
    return `takes the bypass where the ring uses the DMA API (${atoms.toWords(missing)}): ring and payload disagree about what an address is; ${name}() decides for the ring`;
  }
  const extra = formulas.and(theirs, formulas.not(core));
  return `uses the DMA API where the ring bypasses it (${atoms.toWords(extra)}): ring and payload disagree about what an address is; ${name}() decides for the ring`;
}

function relatedCore(program: RuleContext['program'], core: DecisionFunction): Found['related'][number] {
  const { file, nameSpan, name } = core.ref;
  return {
    file,
    range: { start: program.positionOf(file, nameSpan.start), end: program.positionOf(file, nameSpan.end) },
    message: `${name}() decides for the ring`,
  };
}
