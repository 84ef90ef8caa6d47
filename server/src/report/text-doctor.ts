/** `doctor` for people: how much of the tree is understood, and what is not. */
import type { DoctorReport, UncleanFunction } from './report.js';
import { count, padEnd, printable, type Style } from './style.js';
import { notUnderstood } from './text-closing.js';

export interface DoctorTextOptions {
  readonly style: Style;
  readonly isQuiet: boolean;
  readonly elapsedMs: number | null;
}

export function doctorToText(report: DoctorReport, options: DoctorTextOptions): string {
  const { style } = options;
  const version = report.tree.kernelVersion;
  const tree = `${style.bold(version === null ? 'C sources' : `Linux ${version}`)}  ${style.dim(printable(report.tree.root))}`;
  const files = new Map<string, UncleanFunction[]>();
  for (const entry of report.unclean) files.set(entry.file, [...(files.get(entry.file) ?? []), entry]);
  const blocks = [...files].map(([file, entries]) =>
    [
      style.bold(printable(file)),
      ...entries.map(
        (e) =>
          `${style.green(String(e.line).padStart(6))}  ${padEnd(`${printable(e.function)}()`, 32)}  ${printable(e.reason)}`,
      ),
    ].join('\n'),
  );
  const gaps = options.isQuiet ? '' : notUnderstood(report, style);
  return `${[tree, ...blocks, gaps, closing(report, options)].filter((b) => b !== '').join('\n\n')}\n`;
}

function closing(report: DoctorReport, { style, elapsedMs }: DoctorTextOptions): string {
  const missing = report.functions - report.clean;
  const share = report.functions === 0 ? '' : ` (${percent(report.clean, report.functions)} %)`;
  const verdict =
    report.functions === 0
      ? 'no functions'
      : missing === 0
        ? style.green(`all ${count(report.functions, 'function')} understood`)
        : style.yellow(`${missing} of ${count(report.functions, 'function')} not understood in full${share}`);
  const unread =
    report.notAnalysed.length === 0 ? '' : `, ${count(report.notAnalysed.length, 'file')} not analysed`;
  const time = elapsedMs === null ? '' : `  ${style.dim(`${(elapsedMs / 1000).toFixed(2)} s`)}`;
  return `${style.bold(verdict)} in ${count(report.files, 'file')}${unread}${time}`;
}

/** Share of `part` that never rounds up to 100 while something is missing. */
function percent(part: number, whole: number): string {
  return (Math.floor((part / whole) * 10_000) / 100).toFixed(2);
}
