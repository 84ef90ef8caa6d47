/** A finding as a reply to the list: the lines quoted as mail quotes them, what is wrong, in which guests, how to see it again. */
import type { Site, SiteOutcome } from '../analysis/site.js';
import { platformOf } from '../model/index.js';
import type { Finding } from '../rules/finding.js';
import type { SourceLines } from './quote.js';
import type { Report } from './report.js';
import { harmless, padEnd, wrap } from './style.js';

/** Columns of a mail's text; quoted source keeps its own. */
const WIDTH = 72;
/** Lines quoted before and behind those of the finding. */
const BEFORE = 3;
const BEHIND = 1;
/** Longer statements are quoted by their head. */
const MAX_LINES = 6;
/** Longer chains are cut: the reproducer shows them whole. */
const MAX_STEPS = 4;

/** Ends with a line end. */
export function reviewReply(report: Report, finding: Finding, source: SourceLines): string {
  const site = report.sites.find(({ id }) => id === finding.site) ?? null;
  const parts = [
    quoted(finding, source),
    wrap(sentence(clean(finding.message)), WIDTH),
    whenReached(site),
    outcomeTable(site?.outcomes ?? []),
    otherPlaces(finding),
    finding.fix === undefined ? [] : hanging('To mend it: ', clean(finding.fix.title)),
    reproducer(report, finding),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

/** Without what would not survive a mail; tabs stay in quoted source. */
function clean(text: string): string {
  return harmless(text).trim();
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function quoted(finding: Finding, source: SourceLines): string[] {
  const { file, range, function: fn } = finding;
  const head = `> ${file}:${range.start.line}${fn === '' ? '' : ` ${fn}()`}`;
  const lines = source(file);
  if (lines === null) return [head];
  const ends = Math.min(range.end.line, range.start.line + MAX_LINES - 1);
  const from = Math.max(1, startOfContext(lines, range.start.line));
  const text = lines.slice(from - 1, ends + BEHIND);
  while (text.length > ends - from + 1 && (text.at(-1) ?? '').trim() === '') text.pop();
  return [head, '>', ...text.map((line) => `> ${mailable(line)}`.trimEnd())];
}

/** Up to three lines above, none of another function's. */
function startOfContext(lines: readonly string[], line: number): number {
  let from = line;
  while (from > 1 && line - from < BEFORE) {
    const above = lines[from - 2] ?? '';
    if (/^\}/.test(above)) break;
    from -= 1;
  }
  while (from < line && (lines[from - 1] ?? '').trim() === '') from += 1;
  return from;
}

function mailable(line: string): string {
  return line.split('\t').map(harmless).join('\t');
}

function whenReached(site: Site | null): string[] {
  if (site === null || site.category !== 'bypass') return [];
  if (site.guard === null) return ['This is reached always.'];
  const steps = site.guard.via
    .slice(0, MAX_STEPS)
    .map(({ file, line, text }) => `  ${file}:${line}\n      ${clip(clean(text))}`);
  return [
    ...wrap(`This is reached when: ${clean(site.guard.words ?? site.guard.resolved)}`, WIDTH),
    ...steps,
  ];
}

function clip(text: string): string {
  return text.length <= WIDTH - 6 ? text : `${text.slice(0, WIDTH - 9)}...`;
}

/** Platforms by devices, where something is to be seen. */
function outcomeTable(outcomes: readonly SiteOutcome[]): string[] {
  if (outcomes.length === 0) return [];
  const devices = [...new Set(outcomes.map(({ device }) => device))];
  const platforms = [...new Set(outcomes.map(({ platform }) => platform))];
  const cell = (platform: string, device: string): string =>
    outcomes.find((o) => o.platform === platform && o.device === device)?.outcome ?? '-';
  const first = Math.max(...platforms.map((id) => platformOf(id).name.length)) + 2;
  const columns = devices.map((id) => ({ id, title: headings[id] ?? id }));
  const width = Math.max(...columns.map(({ title }) => title.length), 'ciphertext'.length) + 2;
  const rows = platforms.map((id) =>
    `  ${padEnd(platformOf(id).name, first)}${devices.map((device) => padEnd(cell(id, device), width)).join('')}`.trimEnd(),
  );
  return [
    'What becomes of the data, by whether the device offers ACCESS_PLATFORM',
    '(legacy: it cannot; -: this is not reached):',
    '',
    `  ${' '.repeat(first)}${columns.map(({ title }) => padEnd(title, width)).join('')}`.trimEnd(),
    ...rows,
  ];
}

/** Short enough for three columns beside the platform's name. */
const headings: Readonly<Record<string, string>> = {
  flag: 'offered',
  'no-flag': 'not offered',
  legacy: 'legacy',
};

function otherPlaces({ related, file }: Finding): string[] {
  return related.flatMap((other) => {
    const place = `${other.file === file ? '' : `${other.file}:`}${other.file === file ? 'line ' : ''}${other.range.start.line}`;
    return hanging('See also ', `${place}: ${clean(other.message)}`);
  });
}

function hanging(label: string, text: string): string[] {
  return wrap(`${label}${text}`, WIDTH - 2).map((line, i) => (i === 0 ? line : `  ${line}`));
}

/** A command can be pasted only whole: it is not wrapped. */
function reproducer({ tool, tree }: Report, { rule, file }: Finding): string[] {
  const version = tree.kernelVersion === null ? '' : `, tree ${tree.kernelVersion}`;
  return [
    'Reproduce:',
    `  vringside check --rule ${rule} ${file}`,
    `  vringside explain ${rule}`,
    `(${tool.name} ${tool.version}${version})`,
  ];
}
