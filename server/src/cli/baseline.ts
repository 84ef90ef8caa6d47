/** `--baseline`, `--write-baseline` and `--no-baseline`: a report set beside what was there before. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import {
  applyBaseline,
  type BaselineEntry,
  BaselineError,
  baselineFileName,
  parseBaseline,
  rewrittenBaseline,
  type TakesPart,
} from '../baseline/index.js';
import { reasonOf } from '../program/files/list-files.js';
import type { Report } from '../report/report.js';
import { count } from '../report/style.js';
import type { RuleLevels } from '../rules/index.js';
import type { Settings } from './arguments.js';
import { InputError, UsageError } from './failure.js';
import type { Inputs } from './inputs.js';
import type { Io } from './services.js';
import { writeFileWhole } from './terminal.js';

interface BaselineFile {
  readonly path: string;
  /** As the user named it, or the default's name. */
  readonly name: string;
  readonly isGiven: boolean;
}

/** @throws {UsageError} for options that exclude each other */
export function refuseContradictions({ words }: Settings): void {
  const [given, write, none] = (['baseline', 'write-baseline', 'no-baseline'] as const).map((o) =>
    words.has(o),
  );
  if (none && (given || write)) {
    throw new UsageError(
      `--no-baseline and --${given ? 'baseline' : 'write-baseline'} exclude each other`,
      'check',
    );
  }
  if (words.has('what-if') && (given || write)) {
    const option = write ? '--write-baseline' : '--baseline';
    throw new UsageError(
      `${option} means nothing with --what-if, which counts what the patch brings`,
      'check',
    );
  }
}

/**
 * The report with the status of each finding, where a baseline is named or the tree has one. Writes the file first when that
 * is asked for: then all findings exist already.
 */
export function withBaseline(
  report: Report,
  inputs: Inputs,
  rules: RuleLevels,
  settings: Settings,
  io: Io,
): Report {
  if (settings.words.has('no-baseline')) return report;
  const file = baselineFile(settings, inputs.root, io.cwd);
  const isWritten = settings.words.has('write-baseline');
  if (!isWritten && !file.isGiven && !existsSync(file.path)) return report;
  const before = isWritten && !existsSync(file.path) ? [] : entriesIn(file);
  const takesPart = partTaken(report, inputs, rules);
  if (!isWritten) return compared(report, file, before, takesPart);
  const text = rewrittenBaseline(report.findings, before, takesPart);
  writeFileWhole(text, file.path);
  io.stderr.write(`vringside: wrote ${count(report.findings.length, 'finding')} to ${file.name}\n`);
  return compared(report, file, parseBaseline(text, file.name), takesPart);
}

function baselineFile({ words }: Settings, root: string, cwd: string): BaselineFile {
  const name = words.get('baseline')?.[0];
  return name === undefined
    ? { path: join(root, baselineFileName), name: baselineFileName, isGiven: false }
    : { path: resolve(cwd, name), name, isGiven: true };
}

function entriesIn({ path, name }: BaselineFile): BaselineEntry[] {
  try {
    return parseBaseline(readFileSync(path, 'utf8'), name);
  } catch (error) {
    throw new InputError(
      error instanceof BaselineError ? error.message : `--baseline ${name}: ${reasonOf(error)}`,
    );
  }
}

/** The files below the paths, those apart that could not be read, and the rules that are on. */
function partTaken(report: Report, { root, paths }: Inputs, rules: RuleLevels): TakesPart {
  const folders = paths.map((path) => relative(root, path).split(sep).join('/'));
  const unread = new Set(report.notAnalysed.filter((n) => n.function === undefined).map((n) => n.file));
  return ({ file, rule }) =>
    rules.get(rule) !== 'off' &&
    !unread.has(file) &&
    folders.some((folder) => folder === '' || file === folder || file.startsWith(`${folder}/`));
}

function compared(
  report: Report,
  { name }: BaselineFile,
  entries: readonly BaselineEntry[],
  takesPart: TakesPart,
): Report {
  const { findings, unmatched } = applyBaseline(report.findings, entries, takesPart);
  return { ...report, findings, baseline: { file: name, unmatched } };
}
