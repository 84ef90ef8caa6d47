/** `sites` and `check` for people: grouped by file, each entry with its line, its source and when it is reached. */
import { siteKind } from '@vringside/grammars/site-kinds';
import type { Guard, Site } from '../analysis/site.js';
import type { Finding, Level } from '../rules/finding.js';
import { quoteSource, type SourceLines } from './quote.js';
import type { Report } from './report.js';
import { count, displayWidth, padEnd, printable, type Style, wrap } from './style.js';
import { closingLine, notUnderstood, stageTimes } from './text-closing.js';
import { outcomeLines } from './text-outcomes.js';
import { workloadLines } from './text-workloads.js';

export interface TextOptions {
  readonly style: Style;
  readonly source: SourceLines;
  /** Leaves out the list of what was not understood; the closing line still counts it. */
  readonly isQuiet: boolean;
  /** Appended to the closing line; null where output must not differ from run to run. */
  readonly elapsedMs: number | null;
}

/** Columns of the line number, and of the text under it. */
const GUTTER = 6;
const INDENT = ' '.repeat(GUTTER + 2);
/** Beside the labels `when`, `if`, `see` and `fix`. */
const MARGIN = `${INDENT}      `;
/** Longer chains are cut in the middle of the report; JSON has them whole. */
const MAX_STEPS = 8;

export function sitesToText(report: Report, options: TextOptions): string {
  const findings = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    if (finding.site === undefined) continue;
    findings.set(finding.site, [...(findings.get(finding.site) ?? []), finding]);
  }
  const { style } = options;
  const blocks = byFile(report.sites).map(([file, sites]) => {
    const columns = functionColumn(sites);
    const entries = sites.map((site) => siteEntry(site, columns, findings.get(site.id) ?? [], options));
    const requests = workloadLines(
      report.workloads.filter((load) => load.file === file),
      '  ',
      style,
    );
    return [
      spread(style.bold(printable(file)), style.dim(tally(sites)), style.width),
      joinEntries(entries),
      ...(requests.length === 0 ? [] : ['', ...requests]),
    ].join('\n');
  });
  return finish(blocks, report, options, sitesVerdict(report, style));
}

export function findingsToText(report: Report, options: TextOptions): string {
  const shown = report.findings.filter((finding) => finding.status !== 'existing');
  const blocks = findingBlocks(shown, report.sites, options);
  const stale = unmatchedLine(report, options.style);
  return finish([...blocks, stale], report, options, findingsVerdict(report, shown, options.style));
}

/** One block of text a file. */
export function findingBlocks(
  findings: readonly Finding[],
  among: readonly Site[],
  options: TextOptions,
): string[] {
  const sites = new Map(among.map((site) => [site.id, site]));
  return byFile(findings).map(([file, own]) => {
    const columns = functionColumn(own);
    const entries = own.map((finding) =>
      findingEntry(
        finding,
        finding.site === undefined ? null : (sites.get(finding.site) ?? null),
        columns,
        options,
      ),
    );
    return [options.style.bold(printable(file)), joinEntries(entries)].join('\n');
  });
}

function finish(blocks: readonly string[], report: Report, options: TextOptions, verdict: string): string {
  const gaps = options.isQuiet ? '' : notUnderstood(report, options.style);
  const closing = closingLine(report, verdict, options.elapsedMs, options.style);
  const times = stageTimes(report, options.style);
  return `${[...blocks, gaps, times, closing].filter((block) => block !== '').join('\n\n')}\n`;
}

// ---- entries

function siteEntry(
  site: Site,
  columns: number,
  findings: readonly Finding[],
  options: TextOptions,
): string[] {
  const { style } = options;
  const kind = siteKind(site.kind);
  const title = kind?.title ?? site.kind;
  const concern = kind?.concern ?? 'conditional';
  const painted = concern === 'yes' ? style.yellow(title) : concern === 'no' ? style.dim(title) : title;
  const always = concern === 'yes' ? style.yellow('always') : style.dim('always');
  const feature = site.feature === undefined ? '' : `  ${style.cyan(printable(site.feature))}`;
  const head = headLine(site, columns, painted + feature, style.dim(site.kind), style);
  return [
    head,
    ...quoteSource(site.file, site.range, options.source, INDENT, style),
    ...whenLines(site.guard, site.file, site.category === 'bypass' ? always : null, style),
    ...outcomeLines(site.outcomes ?? [], INDENT, style),
    ...findings.map((finding) => `${INDENT}${level(finding.level, style)}  ${finding.rule}`),
  ];
}

function findingEntry(finding: Finding, site: Site | null, columns: number, options: TextOptions): string[] {
  const { style } = options;
  // A finding about a whole function rests on no site; its rule's name says what it is.
  const title = site === null ? finding.rule.replaceAll('-', ' ') : (siteKind(site.kind)?.title ?? site.kind);
  const verdict = `${level(finding.level, style)}  ${finding.rule}`;
  const howTo = style.dim(`vringside explain ${finding.rule}`);
  return [
    headLine(finding, columns, style.bold(title), site === null ? '' : style.dim(site.kind), style),
    ...quoteSource(finding.file, finding.range, options.source, INDENT, style),
    ...wrap(printable(finding.message), style.width - INDENT.length).map((line) => INDENT + line),
    ...(site === null ? [] : whenLines(site.guard, site.file, style.yellow('always'), style)),
    ...outcomeLines(site?.outcomes ?? [], INDENT, style),
    ...finding.related.flatMap((related) =>
      labelled(
        'see',
        `${place(related.file, related.range.start.line, finding.file)}: ${printable(related.message)}`,
        style,
      ),
    ),
    ...(finding.fix === undefined ? [] : labelled('fix', printable(finding.fix.title), style)),
    spread(INDENT + verdict, howTo, style.width),
  ];
}

/** `   381  vring_map_one_sg()  title                      kind`; the kind gives way when there is no room. */
function headLine(
  at: { readonly range: Site['range']; readonly function: string },
  columns: number,
  title: string,
  right: string,
  style: Style,
): string {
  const name = at.function === '' ? '(file level)' : `${printable(at.function)}()`;
  const line = style.green(String(at.range.start.line).padStart(GUTTER));
  return spread(`${line}  ${padEnd(name, columns)}  ${title}`, right, style.width);
}

/** When the site is reached, how the source says it, and what that comes from; `always` stands for no condition. */
function whenLines(guard: Guard | null, file: string, always: string | null, style: Style): string[] {
  if (guard === null) return always === null ? [] : labelled('when', always, style);
  const steps = guard.via.slice(0, MAX_STEPS).map((step) => ({
    text: `${style.from} ${printable(step.text).trim()}`,
    place: place(step.file, step.line, file),
  }));
  const room = style.width - MARGIN.length;
  const places = Math.max(0, ...steps.map((step) => displayWidth(step.place)));
  const texts = Math.max(0, ...steps.map((step) => displayWidth(step.text)));
  const column = Math.min(texts, Math.max(30, room - 2 - places));
  const rest = guard.via.length - steps.length;
  return [
    ...labelled('when', style.bold(printable(guard.words ?? guard.resolved)), style),
    ...(sameText(guard.written, guard.resolved)
      ? []
      : labelled('if', clip(printable(guard.written), 2 * room), style)),
    ...steps.map((step) => `${MARGIN}${padEnd(clip(step.text, column), column)}  ${style.dim(step.place)}`),
    ...(rest > 0 ? [`${MARGIN}${style.dim(`and ${count(rest, 'more step')}`)}`] : []),
  ];
}

/** A word in the margin and wrapped text beside it. */
function labelled(label: string, text: string, style: Style): string[] {
  const lines = wrap(text, style.width - MARGIN.length);
  return lines.map((line, i) => (i === 0 ? INDENT + style.dim(label.padEnd(6)) : MARGIN) + line);
}

// ---- small parts

/** Entries of one or two lines stand close together, longer ones with a line between. */
function joinEntries(entries: readonly string[][]): string {
  const lines: string[] = [];
  entries.forEach((entry, i) => {
    const previous = entries[i - 1];
    if (previous !== undefined && (previous.length > 2 || entry.length > 2)) lines.push('');
    lines.push(...entry);
  });
  return lines.join('\n');
}

function byFile<T extends { readonly file: string }>(items: readonly T[]): [string, T[]][] {
  const files = new Map<string, T[]>();
  for (const item of items) {
    const list = files.get(item.file);
    if (list === undefined) files.set(item.file, [item]);
    else list.push(item);
  }
  return [...files];
}

/** Width of the function column: the widest name of the file within reason, so that titles line up. */
function functionColumn(items: readonly { readonly function: string }[]): number {
  return Math.min(28, Math.max(12, ...items.map((item) => item.function.length + 2)));
}

function place(file: string, line: number, seenFrom: string): string {
  const shown = file === seenFrom ? (file.split('/').at(-1) ?? file) : file;
  return `${printable(shown)}:${line}`;
}

function level(of: Level, style: Style): string {
  const paint = of === 'error' ? style.red : of === 'warning' ? style.yellow : style.cyan;
  return style.bold(paint(of));
}

function sameText(a: string, b: string): boolean {
  const squeeze = (text: string): string => text.replace(/[\s()]/g, '');
  return squeeze(a) === squeeze(b);
}

function clip(text: string, width: number): string {
  return displayWidth(text) <= width ? text : `${[...text].slice(0, Math.max(0, width - 3)).join('')}...`;
}

/** `left` and `right` at both ends of a line; `right` is left out when there is no room for it. */
function spread(left: string, right: string, width: number): string {
  const gap = width - displayWidth(left) - displayWidth(right);
  return right === '' || gap < 2 ? left : left + ' '.repeat(gap) + right;
}

function tally(sites: readonly Site[]): string {
  const categories = ['bypass', 'decision', 'mapping', 'feature'] as const;
  const counts = categories.map((c) => ({ c, n: sites.filter((site) => site.category === c).length }));
  return counts.flatMap(({ c, n }) => (n > 0 ? [`${n} ${c}`] : [])).join(', ');
}

function unmatchedLine({ baseline }: Report, style: Style): string {
  const n = baseline?.unmatched.length ?? 0;
  if (n === 0) return '';
  const subject =
    n === 1 ? '1 entry of the baseline matches nothing' : `${n} entries of the baseline match nothing`;
  return style.yellow(`${subject}: --write-baseline rewrites it`);
}

function sitesVerdict(report: Report, style: Style): string {
  const n = (category: Site['category']): number =>
    report.sites.filter((site) => site.category === category).length;
  if (report.sites.length === 0) return 'no sites';
  const parts = [
    n('bypass') > 0 ? count(n('bypass'), 'bypass site') : '',
    n('feature') > 0 ? count(n('feature'), 'feature check') : '',
    n('mapping') > 0 ? count(n('mapping'), 'mapping') : '',
    n('decision') > 0 ? count(n('decision'), 'decision') : '',
  ];
  return style.bold(parts.filter((part) => part !== '').join(', '));
}

function findingsVerdict(report: Report, shown: readonly Finding[], style: Style): string {
  const n = (of: Level): number => shown.filter((finding) => finding.level === of).length;
  const parts = [
    n('error') > 0 ? style.red(count(n('error'), 'error')) : '',
    n('warning') > 0 ? style.yellow(count(n('warning'), 'warning')) : '',
    n('note') > 0 ? style.cyan(count(n('note'), 'note')) : '',
  ].filter((part) => part !== '');
  const isCompared = report.baseline !== undefined;
  const nothing = isCompared ? 'nothing new to report' : 'nothing to report';
  const verdict = style.bold(parts.length === 0 ? style.green(nothing) : parts.join(', '));
  const existing = report.findings.length - shown.length;
  const silent = [
    existing > 0 ? `${existing} in the baseline` : '',
    report.suppressed.length > 0 ? `${report.suppressed.length} suppressed` : '',
  ].filter((part) => part !== '');
  const aside = silent.length === 0 ? '' : style.dim(` (${silent.join(', ')})`);
  return `${verdict}${aside} among ${count(report.sites.length, 'site')}`;
}
