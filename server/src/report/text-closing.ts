/** The end of a text report: what was not understood, and the last line that sums up. */
import type { NotAnalysed, Report } from './report.js';
import { count, printable, type Style } from './style.js';

/** More than this many entries are counted, not listed. */
const MAX_LISTED = 20;

/** The list of files and functions that could not be read, or '' when there is none. */
export function notUnderstood(report: Pick<Report, 'notAnalysed'>, style: Style): string {
  const entries = report.notAnalysed;
  if (entries.length === 0) return '';
  const listed = entries
    .slice(0, MAX_LISTED)
    .map((entry) => `  ${where(entry)}  ${style.dim(printable(entry.reason))}`);
  const rest = entries.length - listed.length;
  if (rest > 0) listed.push(`  ${style.dim(`and ${rest} more; --format json lists them all`)}`);
  return [style.yellow('Not understood'), ...listed].join('\n');
}

/** `1 warning among 41 sites in 15 files (512 functions read, all understood)  0.38 s` */
export function closingLine(report: Report, verdict: string, elapsedMs: number | null, style: Style): string {
  const { coverage } = report;
  const read = coverage === undefined ? '' : ` in ${count(coverage.files, 'file')}`;
  const time = elapsedMs === null ? '' : `  ${style.dim(`${(elapsedMs / 1000).toFixed(2)} s`)}`;
  return `${verdict}${read} (${understanding(report, style)})${time}`;
}

/** `select 120 ms, analyse 310 ms`, or '' when no timings were asked for. */
export function stageTimes({ timings }: Report, style: Style): string {
  if (timings === undefined) return '';
  const stages = Object.entries(timings).map(([stage, ms]) => `${stage} ${ms.toFixed(0)} ms`);
  return style.dim(stages.join(', '));
}

function understanding({ coverage, notAnalysed }: Report, style: Style): string {
  const files = new Set(
    notAnalysed.filter((entry) => entry.function === undefined).map((entry) => entry.file),
  ).size;
  const functions =
    coverage === undefined
      ? notAnalysed.filter((entry) => entry.function !== undefined).length
      : coverage.functions - coverage.clean;
  const read = coverage === undefined ? '' : `${count(coverage.functions, 'function')} read, `;
  const gaps = [
    functions > 0 ? `${functions} not understood in full` : '',
    files > 0 ? `${count(files, 'file')} not analysed` : '',
  ].filter((gap) => gap !== '');
  if (gaps.length > 0) return read + style.yellow(gaps.join(', '));
  return `${read}all${coverage === undefined ? ' of it' : ''} understood`;
}

function where(entry: NotAnalysed): string {
  const line = entry.line === undefined ? '' : `:${entry.line}`;
  return `${printable(entry.file)}${line}${entry.function === undefined ? '' : `  ${printable(entry.function)}()`}`;
}
