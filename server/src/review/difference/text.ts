/** What a patch changes, for people: findings by status, then what is decided otherwise, and what becomes of the data. */
import { siteKind } from '@vringside/grammars/site-kinds';
import type { Guard, Site } from '../../analysis/site.js';
import type { SourceLines } from '../../report/quote.js';
import type { NotAnalysed } from '../../report/report.js';
import { count, padEnd, printable, type Style, wrap } from '../../report/style.js';
import { findingBlocks, type TextOptions } from '../../report/text.js';
import { closingLine, notUnderstood } from '../../report/text-closing.js';
import { workloadLines } from '../../report/text-workloads.js';
import type { Applied } from '../apply/apply.js';
import type { Patch } from '../patch.js';
import {
  broughtFindings,
  type Difference,
  type FindingChange,
  outcomeChanges,
  type SiteChange,
} from './difference.js';
import { outcomeTable } from './outcome-table.js';

export interface DifferenceTextOptions extends TextOptions {
  /** Lines of the tree before; `source` has those after. */
  readonly sourceBefore: SourceLines;
  /** Also sites that come and go; else they are counted. */
  readonly withSites: boolean;
}

export interface AppliedPatches {
  readonly patches: readonly Patch[];
  readonly applied: Pick<Applied, 'files' | 'moved' | 'skipped'>;
}

type Changed = Extract<SiteChange, { change: 'changed' }>;

export function differenceToText(
  difference: Difference,
  done: AppliedPatches,
  options: DifferenceTextOptions,
): string {
  const { style } = options;
  const changed = difference.sites.filter((site): site is Changed => site.change === 'changed');
  const blocks = [
    heading(done, style),
    ...findingSections(difference, options),
    ...guardSection(changed, style),
    ...outcomeSection(changed, style),
    ...(options.withSites ? siteSections(difference.sites, style) : []),
    ...requestSection(difference, style),
    options.isQuiet ? '' : notUnderstood({ notAnalysed: newlyNotAnalysed(difference) }, style),
    closingLine(difference.after, verdict(difference, style), options.elapsedMs, style),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

// ---- what was applied

function heading({ patches, applied }: AppliedPatches, style: Style): string {
  const series = patches.filter((patch) => patch.files.length > 0);
  const lines = series.map((patch) => {
    const files = patch.files.length === 1 ? '' : `  ${style.dim(count(patch.files.length, 'file'))}`;
    return `${style.bold(printable(patch.subject ?? patch.file))}${files}`;
  });
  const leftOut = patches.filter((patch) => patch.leftOut !== null);
  const notes = [
    ...leftOut.map((patch) => `left out, ${patch.leftOut}: ${patch.subject ?? patch.file}`),
    ...applied.skipped.map(({ path, reason }) => `left as it is, ${reason}: ${path}`),
    ...applied.moved.map(
      ({ path, number, offset, fuzz }) => `${path}: hunk ${number} ${movedBy(offset, fuzz)}`,
    ),
  ];
  return [...lines, ...notes.map((note) => `  ${style.dim(printable(note))}`)].join('\n');
}

function movedBy(offset: number, fuzz: number): string {
  const where = offset === 0 ? '' : `stands ${count(Math.abs(offset), 'line')} ${offset > 0 ? 'down' : 'up'}`;
  const context = fuzz === 0 ? '' : `fits without ${count(fuzz, 'line')} of its context`;
  return [where, context].filter((part) => part !== '').join(' and ');
}

// ---- findings

function findingSections(difference: Difference, options: DifferenceTextOptions): string[] {
  const { style } = options;
  const { before, after, findings } = difference;
  const born = findings.flatMap((change) => (change.status === 'new' ? [change.after] : []));
  const fixed = findings.flatMap((change) => (change.status === 'fixed' ? [change.before] : []));
  const changed = findings.filter((change) => change.status === 'changed');
  const brought = new Set(broughtFindings(difference));
  const atBefore = { ...options, source: options.sourceBefore };
  return [
    ...section(`New: ${count(born.length, 'finding')}`, findingBlocks(born, after.sites, options), style),
    ...section(
      `Changed: ${count(changed.length, 'finding')}`,
      changed.map((c) => levelLine(c, brought.has(c.after), style)),
      style,
    ),
    ...section(
      `Fixed: ${count(fixed.length, 'finding')}`,
      findingBlocks(fixed, before.sites, atBefore),
      style,
    ),
  ];
}

function levelLine(
  change: Extract<FindingChange, { status: 'changed' }>,
  isWorse: boolean,
  style: Style,
): string {
  const { before, after } = change;
  const level = before.level === after.level ? after.level : `${before.level}, now ${after.level}`;
  const where = `${after.file}:${after.range.start.line}  ${after.function}()`;
  return [
    `  ${printable(where)}  ${after.rule}  ${style.bold(level)}${isWorse ? style.red(', worse') : ''}`,
    ...beforeAfter(before.message, after.message, style),
  ].join('\n');
}

/** Nothing for a section without content. */
function section(title: string, blocks: readonly string[], style: Style): string[] {
  return blocks.length === 0 ? [] : [style.bold(title), ...blocks];
}

// ---- guards, outcomes, sites

/** Sites with the same change are told together: one decision is behind them. */
function grouped(sites: readonly Changed[], what: (site: Changed) => string): Changed[][] {
  const groups = new Map<string, Changed[]>();
  for (const site of sites) groups.set(what(site), [...(groups.get(what(site)) ?? []), site]);
  return [...groups.values()];
}

function guardSection(changed: readonly Changed[], style: Style): string[] {
  const sites = changed.filter(({ aspects }) => aspects.includes('guard'));
  const groups = grouped(sites, ({ before, after }) => `${before.guard?.resolved}\0${after.guard?.resolved}`);
  const blocks = groups.map((group) => {
    const [first] = group;
    const lines =
      first === undefined ? [] : beforeAfter(...guardWords(first.before.guard, first.after.guard), style);
    return [...lines, ...group.map(({ after }) => siteLine(after, style))].join('\n');
  });
  return section(`When: the condition of ${count(sites.length, 'site')} changes`, blocks, style);
}

/** In words, unless these do not show the difference. */
function guardWords(before: Guard | null, after: Guard | null): readonly [string, string] {
  const words = (guard: Guard | null): string =>
    guard === null ? 'always' : (guard.words ?? guard.resolved);
  if (words(before) !== words(after)) return [words(before), words(after)];
  return [before?.resolved ?? 'always', after?.resolved ?? 'always'];
}

const LABEL = 10;

function beforeAfter(before: string, after: string, style: Style): string[] {
  const labelled = (label: string, text: string): string[] =>
    wrap(printable(text), style.width - LABEL).map((line, i) =>
      i === 0 ? `  ${style.dim(label.padEnd(LABEL - 2))}${line}` : ' '.repeat(LABEL) + line,
    );
  return [...labelled('before', before), ...labelled('after', after)];
}

function outcomeSection(changed: readonly Changed[], style: Style): string[] {
  const sites = changed.filter(({ aspects }) => aspects.includes('outcomes'));
  const tableOf = ({ before, after }: Changed): string =>
    outcomeTable(outcomeChanges(before, after), style).join('\n');
  const blocks = grouped(sites, tableOf).map((group) => {
    const [first] = group;
    return [
      first === undefined ? '' : tableOf(first),
      ...group.map(({ after }) => siteLine(after, style)),
    ].join('\n');
  });
  return section(`What becomes of the data: it changes at ${count(sites.length, 'site')}`, blocks, style);
}

/** `    drivers/virtio/virtio_ring.c:381  vring_map_one_sg()  CPU physical address used as DMA address` */
function siteLine(site: Site, style: Style): string {
  const name = site.function === '' ? '(file level)' : `${site.function}()`;
  const feature = site.feature === undefined ? '' : `  ${site.feature}`;
  const title = siteKind(site.kind)?.title ?? site.kind;
  const place = padEnd(`${site.file}:${site.range.start.line}`, 36);
  return `    ${style.green(printable(place))}  ${printable(padEnd(name, 22))}  ${style.dim(title + printable(feature))}`;
}

function siteSections(sites: readonly SiteChange[], style: Style): string[] {
  const born = sites.flatMap((site) => (site.change === 'born' ? [siteLine(site.after, style)] : []));
  const gone = sites.flatMap((site) => (site.change === 'gone' ? [siteLine(site.before, style)] : []));
  const rewritten = sites.flatMap((site) =>
    site.change === 'changed' && site.aspects.includes('expression')
      ? [
          [
            siteLine(site.after, style),
            ...beforeAfter(site.before.expression, site.after.expression, style),
          ].join('\n'),
        ]
      : [],
  );
  const asOne = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : [lines.join('\n')]);
  return [
    ...section(`New: ${count(born.length, 'site')}`, asOne(born), style),
    ...section(`Rewritten: ${count(rewritten.length, 'site')}`, asOne(rewritten), style),
    ...section(`Gone: ${count(gone.length, 'site')}`, asOne(gone), style),
  ];
}

function requestSection({ requests }: Difference, style: Style): string[] {
  const blocks = requests.map((change) => {
    const side = (label: string, load: Parameters<typeof workloadLines>[0][number]): string[] => [
      `    ${style.dim(label)}`,
      ...workloadLines([load], '      ', style),
    ];
    const load = change.change === 'gone' ? change.before : change.after;
    return [
      `  ${style.green(printable(load.file))}  ${printable(load.function)}()`,
      ...(change.change === 'born' ? [] : side('before', change.before)),
      ...(change.change === 'gone' ? [] : side('after', change.after)),
    ].join('\n');
  });
  return section(`What is asked of the device: ${count(requests.length, 'request')}`, blocks, style);
}

// ---- the end

/** What was understood before the patch and is not any more. */
function newlyNotAnalysed({ before, after }: Difference): NotAnalysed[] {
  const key = ({ file, function: name, reason }: NotAnalysed): string => `${file}\0${name}\0${reason}`;
  const known = new Set(before.notAnalysed.map(key));
  return after.notAnalysed.filter((entry) => !known.has(key(entry)));
}

function verdict({ findings, sites, requests }: Difference, style: Style): string {
  const found = (status: FindingChange['status']): number =>
    findings.filter((change) => change.status === status).length;
  const changed = (change: SiteChange['change']): number =>
    sites.filter((site) => site.change === change).length;
  const parts = [
    found('new') > 0 ? style.red(count(found('new'), 'new finding')) : '',
    found('changed') > 0 ? style.yellow(count(found('changed'), 'changed finding')) : '',
    found('fixed') > 0 ? style.green(count(found('fixed'), 'finding fixed', 'findings fixed')) : '',
    changed('changed') > 0 ? count(changed('changed'), 'changed site') : '',
    changed('born') > 0 ? count(changed('born'), 'new site') : '',
    changed('gone') > 0 ? count(changed('gone'), 'site gone', 'sites gone') : '',
    requests.length > 0 ? count(requests.length, 'changed request') : '',
  ].filter((part) => part !== '');
  const same = found('same');
  const rest = same === 0 ? '' : `; ${count(same, 'finding')} as before`;
  return style.bold((parts.length === 0 ? 'nothing changes' : parts.join(', ')) + rest);
}
