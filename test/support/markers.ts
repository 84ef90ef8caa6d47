/**
 * Fixtures: kernel-like C with the expected sites written in it.
 *
 *     Words on the trap, up to the first header line.
 *     //+ ../bases/core.c              files of another fixture, there to be resolved against, not judged
 *     //- drivers/virtio/ring.c        from here on the text of that file
 *     	*addr = (dma_addr_t)sg_phys(sg);
 *     /*          ^^^^^^^^^^^^^^^^^^^^ bypass cpu_phys_to_device when !VIRTIO_F_ACCESS_PLATFORM && !xen_domain() *\/
 *
 * A marker is a comment of its own line with carets under a range of the nearest line above that is no marker (columns
 * as shown, a tab to the next multiple of 8): category, kind, perhaps a feature bit, then `when FORMULA`, `always`, or
 * nothing where the guard is left open. `given FORMULA` behind it: what callers add; the guard may have any part of it.
 * `maybe` in front: may be reported, need not be. `exact-features` among the words before the first file: every
 * feature site must be marked, not only those of bypass and decision.
 */
import type { Site } from '../../server/src/analysis/site.js';
import { both, type Condition, implies, parseCondition } from './conditions.js';

export interface Marker {
  readonly file: string;
  /** Line and columns of what is marked, 1-based, in the virtual file; `endColumn` is exclusive. */
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  readonly category: string;
  readonly kind: string;
  readonly feature: string | null;
  /** The formula's text; `true` for `always`; null where left open. */
  readonly when: string | null;
  /** What the guard may have besides; `true` where nothing is said. */
  readonly given: string;
  readonly isOptional: boolean;
  /** Line of the marker in the fixture, for messages. */
  readonly fixtureLine: number;
}

export interface Fixture {
  readonly title: string;
  readonly hasExactFeatures: boolean;
  /** Fixtures whose files belong to this one, relative to its folder. */
  readonly bases: readonly string[];
  /** Text by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly markers: readonly Marker[];
  /** Line of the fixture where a file's text begins: a virtual line n is line `start + n - 1`. */
  readonly fileStarts: ReadonlyMap<string, number>;
}

const fileHeader = /^\/\/- (\S+)$/;
const baseHeader = /^\/\/\+ (\S+)$/;
const markerLine = /^(\s*\/\*\s*)(\^+)\s+(.*?)\s*\*\/\s*\\?\s*$/;
const markerWords =
  /^(maybe\s+)?(bypass|feature|mapping|decision)\s+([a-z][a-z0-9_]*)(?:\s+(V[A-Z0-9_]+))?(?:\s+(always|when\s+(.+?))(?:\s+given\s+(.+))?)?$/;

/** Throws on anything that looks like a marker or a header and is none: a lost expectation would pass unseen. */
export function parseFixture(text: string, name: string): Fixture {
  const files = new Map<string, string[]>();
  const fileStarts = new Map<string, number>();
  const preamble: string[] = [];
  const bases: string[] = [];
  const markers: Marker[] = [];
  let current: { file: string; lines: string[] } | null = null;
  text.split('\n').forEach((line, index) => {
    const fail = (problem: string): never => {
      throw new Error(`${name}:${index + 1}: ${problem}: ${line.trim()}`);
    };
    const header = fileHeader.exec(line)?.[1];
    const base = baseHeader.exec(line)?.[1];
    if (header !== undefined) {
      if (files.has(header)) fail('the file is given twice');
      current = { file: header, lines: [] };
      files.set(header, current.lines);
      fileStarts.set(header, index + 2);
    } else if (base !== undefined) bases.push(base);
    else if (/^\/\/[-+]/.test(line)) fail('not a header');
    else if (current === null) preamble.push(line);
    else {
      if (markerLine.test(line)) markers.push(readMarker(line, current, index + 1) ?? fail('not a marker'));
      else if (/\/\*\s*\^/.test(line)) fail('a marker stands alone on its line');
      current.lines.push(line);
    }
  });
  if (files.size === 0) throw new Error(`${name}: no file in it`);
  return {
    title: preamble.join('\n'),
    hasExactFeatures: preamble.some((line) => /\bexact-features\b/.test(line)),
    bases,
    files: new Map([...files].map(([file, lines]) => [file, lines.join('\n')])),
    markers,
    fileStarts,
  };
}

function readMarker(
  line: string,
  current: { readonly file: string; readonly lines: readonly string[] },
  fixtureLine: number,
): Marker | null {
  const [, lead = '', carets = '', words = ''] = markerLine.exec(line) ?? [];
  const read = markerWords.exec(words);
  const marked = current.lines.findLastIndex((l) => !markerLine.test(l));
  if (read === null || marked < 0) return null;
  const from = shownWidth(lead);
  const target = current.lines[marked] ?? '';
  const [, maybe, category = '', kind = '', feature, guard, formula, given = 'true'] = read;
  const when = guard === undefined ? null : guard === 'always' ? 'true' : (formula ?? '').trim();
  if ((when !== null && parseCondition(when) === null) || parseCondition(given) === null) return null;
  return {
    file: current.file,
    line: marked + 1,
    column: columnAt(target, from),
    endColumn: columnAt(target, from + carets.length),
    category,
    kind,
    feature: feature ?? null,
    when,
    given,
    isOptional: maybe !== undefined,
    fixtureLine,
  };
}

const TAB = 8;

function shownWidth(text: string): number {
  let width = 0;
  for (const c of text) width += c === '\t' ? TAB - (width % TAB) : 1;
  return width;
}

/** The 1-based column of the character shown at `width`. */
function columnAt(text: string, width: number): number {
  for (let i = 0; i < text.length; i += 1) if (shownWidth(text.slice(0, i + 1)) > width) return i + 1;
  return text.length + 1;
}

/* ---- judging ----------------------------------------------------------------------------------------------------- */

/**
 * What is wrong with the sites found in a fixture: one line each, none when all is as marked. A marker is met by one
 * site of its category and kind that starts on its line and whose range covers the carets or lies within them.
 */
export function unmetExpectations(fixture: Fixture, sites: readonly Site[], name: string): string[] {
  const problems: string[] = [];
  const free = new Set(sites.filter((site) => fixture.files.has(site.file)));
  const at = (file: string, line: number): string =>
    `${name}:${(fixture.fileStarts.get(file) ?? 1) + line - 1}`;
  for (const marker of fixture.markers) {
    const site =
      [...free].find((s) => isMarked(marker, s) && hasGuard(marker, s)) ??
      [...free].find((s) => isMarked(marker, s));
    if (site === undefined) {
      const expected = [marker.category, marker.kind, marker.feature].filter((w) => w !== null).join(' ');
      if (!marker.isOptional) problems.push(`${at(marker.file, marker.line)}: not found: ${expected}`);
      continue;
    }
    free.delete(site);
    if (!hasGuard(marker, site)) {
      const found = site.guard === null ? 'always' : `when ${site.guard.resolved}`;
      const wanted = markedGuard(marker);
      problems.push(`${at(marker.file, marker.line)}: ${site.kind}: expected ${wanted}, found ${found}`);
    }
  }
  for (const site of free) {
    if (!mustBeMarked(site, fixture)) continue;
    const { line, column } = site.range.start;
    problems.push(
      `${at(site.file, line)}: not expected: ${site.category} ${site.kind} at column ${column}: ${site.expression}`,
    );
  }
  return problems;
}

function isMarked(marker: Marker, site: Site): boolean {
  if (site.category !== marker.category || site.kind !== marker.kind) return false;
  if (marker.feature !== null && site.feature !== marker.feature) return false;
  const { start, end } = site.range;
  if (site.file !== marker.file || start.line !== marker.line) return false;
  const endColumn = end.line > start.line ? Number.POSITIVE_INFINITY : end.column;
  const covers = start.column <= marker.column && marker.endColumn <= endColumn;
  const within = marker.column <= start.column && endColumn <= marker.endColumn;
  return covers || within;
}

function hasGuard(marker: Marker, site: Site): boolean {
  if (marker.when === null) return true;
  const found = parseCondition(site.guard?.resolved ?? 'true');
  const stated = parseCondition(marker.when) as Condition;
  const given = parseCondition(marker.given) as Condition;
  if (found === null) return false;
  return implies(found, stated) === 'yes' && implies(both(stated, given), found) === 'yes';
}

function markedGuard(marker: Marker): string {
  const guard = marker.when === 'true' ? 'always' : `when ${marker.when}`;
  return marker.given === 'true' ? guard : `${guard} given ${marker.given}`;
}

function mustBeMarked(site: Site, fixture: Fixture): boolean {
  if (site.category === 'bypass' || site.category === 'decision') return true;
  return site.category === 'feature' && (fixture.hasExactFeatures || site.kind === 'dma_api_decision');
}
