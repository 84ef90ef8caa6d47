/**
 * The fixes folder's face: changes of the source that mend a finding, or what is wrong at a site. A fix is right or it is not
 * offered: what it needs to know and the code does not say makes it none.
 */
import { createHash } from 'node:crypto';
import type { FoundSite } from '../analysis/index.js';
import type { Edit, Finding } from '../rules/index.js';
import type { Range, Span } from '../text/span.js';
import { type Fix, type FixContext, meet, type Remedy, spanOf } from './fix.js';
import { mappedBuffer } from './mapped-buffer.js';
import { currentName, parentDevice } from './names-and-devices.js';
import { completedGuard } from './ring-guard.js';
import { mendedComment } from './unused-comments.js';

export { applyEdits } from './apply.js';
export type { Fix, FixContext } from './fix.js';

/** What mends it, the best first. */
type Fixer = (context: FixContext, finding: Finding) => readonly Remedy[];

/** Rules whose findings have no fix are not here. */
const byRule: Readonly<Record<string, Fixer>> = {
  'retired-name': only(currentName),
  'wrong-dma-device': only(parentDevice),
  'guard-differs-from-core': only(completedGuard),
  'dma-bypass-unconditional': ofSite(mappedBuffer),
  'secure-guest-unreadable': ofSite(mappedBuffer),
  'unused-suppression': only(mendedComment),
};

function only(fixer: (context: FixContext, finding: Finding) => Remedy | null): Fixer {
  return (context, finding) => {
    const remedy = fixer(context, finding);
    return remedy === null ? [] : [remedy];
  };
}

function ofSite(fixer: (context: FixContext, site: FoundSite) => readonly Remedy[]): Fixer {
  return (context, finding) => {
    const site = context.inventory.sites.find((found) => found.site.id === finding.site);
    return site === undefined ? [] : fixer(context, site);
  };
}

/** The finding with what mends it, where that is known. */
export function withFix(context: FixContext, finding: Finding): Finding {
  const [remedy] = byRule[finding.rule]?.(context, finding) ?? [];
  if (remedy === undefined) return finding;
  const { family: _family, ...fix } = remedy;
  return { ...finding, fix };
}

/** The fixes for what is found at some ranges of a file, or in the whole of it; in the order of the source, each change once. */
export function fixesIn(
  context: FixContext,
  findings: readonly Finding[],
  file: string,
  ranges: readonly Range[] | null = null,
): Fix[] {
  const { program, inventory } = context;
  const asked = ranges?.map((range) => spanOf(program, file, range)) ?? null;
  const isAsked = (span: Span): boolean => asked?.some((other) => meet(span, other)) ?? true;
  const fixes = new Map<string, Fix>();
  const add = (remedy: Remedy, of: { readonly finding?: string; readonly site?: string }): void => {
    const id = idOf(remedy.edits);
    const known = fixes.get(id);
    fixes.set(id, {
      ...(known ?? { ...remedy, id, kind: 'quickfix' }),
      findings: [...(known?.findings ?? []), ...(of.finding === undefined ? [] : [of.finding])],
      sites: [...(known?.sites ?? []), ...(of.site === undefined ? [] : [of.site])],
    });
  };
  for (const finding of findings) {
    const fixer = byRule[finding.rule];
    if (fixer === undefined || finding.file !== file) continue;
    const places = [finding.range, ...finding.related.flatMap((r) => (r.file === file ? [r.range] : []))];
    if (places.some((r) => isAsked(spanOf(program, file, r)))) {
      for (const remedy of fixer(context, finding)) add(remedy, { finding: finding.fingerprint });
    }
  }
  for (const found of inventory.sites) {
    if (found.site.file === file && isAsked(found.candidate.at)) {
      for (const remedy of mappedBuffer(context, found)) add(remedy, { site: found.site.id });
    }
  }
  // Of one place, those made first are the best: the order is kept.
  return [...fixes.values()].sort(compareFixes);
}

function idOf(edits: readonly Edit[]): string {
  const places = edits.map(({ file, range: { start, end }, newText }) => [file, start, end, newText]);
  return createHash('sha256').update(JSON.stringify(places)).digest('hex').slice(0, 16);
}

function compareFixes(a: Fix, b: Fix): number {
  // Includes stand before what needs them.
  const [first, second] = [a.edits.at(-1)?.range.start, b.edits.at(-1)?.range.start];
  if (first === undefined || second === undefined) return 0;
  return first.line - second.line || first.column - second.column;
}

/** The fixes that can be applied together and unseen: the preferred ones, of several that overlap the first. */
export function fixesTogether(fixes: readonly Fix[], isMeant: (fix: Fix) => boolean = () => true): Fix[] {
  const taken: Edit[] = [];
  return fixes.filter((fix) => {
    const isFree = fix.edits.every((edit) =>
      taken.every((other) => isSame(edit, other) || !overlap(edit, other)),
    );
    if (!fix.isPreferred || !isMeant(fix) || !isFree) return false;
    taken.push(...fix.edits);
    return true;
  });
}

/** The edits of several fixes as one change; an edit that several need (an include) once. */
export function editsOf(fixes: readonly Fix[]): Edit[] {
  const edits: Edit[] = [];
  for (const edit of fixes.flatMap((fix) => fix.edits)) {
    if (!edits.some((other) => isSame(edit, other))) edits.push(edit);
  }
  return edits;
}

function isSame(a: Edit, b: Edit): boolean {
  return (
    a.file === b.file &&
    a.newText === b.newText &&
    comparePlaces(a.range.start, b.range.start) === 0 &&
    comparePlaces(a.range.end, b.range.end) === 0
  );
}

function overlap(a: Edit, b: Edit): boolean {
  return (
    a.file === b.file &&
    comparePlaces(a.range.start, b.range.end) <= 0 &&
    comparePlaces(b.range.start, a.range.end) <= 0
  );
}

function comparePlaces(a: Range['start'], b: Range['start']): number {
  return a.line - b.line || a.column - b.column;
}
