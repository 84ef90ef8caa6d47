import type { Formula } from '../analysis/formula.js';
import { coreDecision, type DecisionFunction, decisionFunctions, type FoundSite, type Resolver } from '../analysis/index.js';
import type { Found, Rule, RuleContext } from './rule.js';

export const guardDiffersFromCore: Rule = {
  id: 'guard-differs-from-core',
  level: 'warning',
  summary: "a driver's \"use the DMA API\" condition that is not the ring core's",
  page: `# guard-differs-from-core

A driver decides for itself whether an address must come from the DMA API, and decides otherwise than the ring core of
the same tree does.

## Why it matters

Ring and payload must agree. Where the driver's condition is weaker, it hands out physical addresses while the ring uses
the DMA API (on Xen the device then cannot find the page); where it is stronger, it maps addresses the device will take as
physical.

## What to do

Ask the ring core, or repeat its whole condition: \`VIRTIO_F_ACCESS_PLATFORM\` negotiated, or a Xen guest. The message
names a case in which the two differ.
`,
  run: (context) => {
    const core = coreDecision(context.inventory.resolver);
    return core === null ? [] : [...driverPredicates(context, core), ...openCoded(context, core)];
  },
};

/** Decision functions of drivers that answer otherwise than the core's. */
function driverPredicates({ program, inventory }: RuleContext, core: DecisionFunction): Found[] {
  const { atoms } = inventory.resolver;
  const wanted = atoms.namedPart(core.resolution.formula);
  const found: Found[] = [];
  for (const d of decisionFunctions(inventory.resolver)) {
    const theirs = atoms.namedPart(d.resolution.formula);
    if (d.ref.name === core.ref.name || theirs === wanted) continue;
    found.push({
      message: `${d.ref.name}() ${disagreement(inventory.resolver, theirs, wanted, core)}`,
      file: d.ref.file,
      function: d.ref.name,
      range: {
        start: program.positionOf(d.ref.file, d.ref.nameSpan.start),
        end: program.positionOf(d.ref.file, d.ref.nameSpan.end),
      },
      related: [relatedCore(program, core)],
    });
  }
  return found;
}

/** Sites of drivers whose own guard speaks of the decision, but not as the core does. */
function openCoded({ program, inventory }: RuleContext, core: DecisionFunction): Found[] {
  const { atoms } = inventory.resolver;
  const { formulas } = atoms;
  const api = atoms.namedPart(core.resolution.formula);
  const decisive = new Set(formulas.support(api));
  const found: Found[] = [];
  for (const site of inventory.sites) {
    if (site.site.file === core.ref.file || !isAddressSite(site)) continue;
    const guard = formulas.project(site.formula, (a) => decisive.has(a));
    if (guard <= 1) continue;
    const isApiSide = site.site.kind === 'payload_dma_addr';
    const expected = isApiSide ? api : formulas.not(api);
    if (formulas.implies(guard, expected)) continue;
    found.push({
      message: `${site.site.function}() ${disagreement(inventory.resolver, isApiSide ? guard : formulas.not(guard), api, core)}`,
      file: site.site.file,
      function: site.site.function,
      range: site.site.range,
      site: site.site.id,
      related: [relatedCore(program, core)],
    });
  }
  return found;
}

function isAddressSite({ site }: FoundSite): boolean {
  return /^(?:cpu_phys_to_device|payload_|sync_elided|unmap_elided)/.test(site.kind);
}

function disagreement(resolver: Resolver, theirs: Formula, core: Formula, decision: DecisionFunction): string {
  const { atoms } = resolver;
  const { formulas } = atoms;
  const missing = formulas.and(core, formulas.not(theirs));
  const extra = formulas.and(theirs, formulas.not(core));
  const name = `${decision.ref.name}()`;
  if (missing !== 0) {
    return `takes physical addresses where the ring core uses the DMA API: ${atoms.toWords(missing)} (${name} says yes, this says no)`;
  }
  return `uses the DMA API where the ring core does not: ${atoms.toWords(extra)} (${name} says no, this says yes)`;
}

function relatedCore(program: RuleContext['program'], core: DecisionFunction): Found['related'][number] {
  const { file, nameSpan, name } = core.ref;
  return {
    file,
    range: { start: program.positionOf(file, nameSpan.start), end: program.positionOf(file, nameSpan.end) },
    message: `${name}() decides for the ring`,
  };
}
