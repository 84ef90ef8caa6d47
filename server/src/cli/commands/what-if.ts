/** `check` and `sites` with `--what-if`: the tree as it is and as a patch would make it, and what differs. */
import { readFileSync, realpathSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { reasonOf } from '../../program/files/list-files.js';
import { type Overlay, presentBelow } from '../../program/index.js';
import type { Report } from '../../report/report.js';
import { printable } from '../../report/style.js';
import {
  type Applied,
  applyPatches,
  broughtFindings,
  type Difference,
  differenceOf,
  differenceToJson,
  differenceToText,
  diskFiles,
  type Patch,
  PatchError,
  readPatches,
} from '../../review/index.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus, InputError } from '../failure.js';
import { failedInputs, type Inputs, locate } from '../inputs.js';
import { deliver, targetOf } from '../output.js';
import type { Io } from '../services.js';
import { sourceReader } from '../source-reader.js';
import { styleFor } from '../terminal.js';
import { nameOfInput } from './model-lines.js';

/** Analyses the paths, with texts in place of those on disk. */
export type Analyse = (root: string, paths: readonly string[], overlay: Overlay) => Promise<Report>;

export interface WhatIf {
  readonly command: 'check' | 'sites';
  /** As given: a file, or `-`. */
  readonly patch: string;
  readonly settings: Settings;
  readonly io: Io;
  readonly analyse: Analyse;
}

export async function runWhatIf(what: WhatIf): Promise<ExitStatus> {
  const started = performance.now();
  const { settings, io } = what;
  const patches = await patchesIn(what.patch, io);
  const { inputs, absent } = locateBoth(settings, io.cwd);
  const applied = appliedTo(inputs.root, patches);
  const paths = pathsOf(inputs, absent, io.cwd, applied);
  const before = await what.analyse(inputs.root, paths.before, new Map());
  const after = await what.analyse(inputs.root, paths.after, applied.overlay);
  const difference = differenceOf(before, after, applied.files);
  deliver(show(what, difference, patches, applied, performance.now() - started), settings, io);
  const failed = failedInputs({ ...inputs, paths: paths.kept, missing: paths.missing }, after.notAnalysed);
  for (const input of failed) io.stderr.write(`vringside: ${printable(input)}\n`);
  if (failed.length > 0) return exitStatus.input;
  return isWorse(difference, settings) ? exitStatus.findings : exitStatus.ok;
}

// ---- the patch

async function patchesIn(file: string, io: Io): Promise<readonly Patch[]> {
  const name = nameOfInput(file);
  const patches = refusing(readPatches, await bytesOf(file, io), name);
  if (patches.every(({ files }) => files.length === 0))
    throw new InputError(`${name}: there is no diff in it`);
  return patches;
}

async function bytesOf(file: string, io: Io): Promise<Uint8Array> {
  if (file === '-') {
    const pieces: Uint8Array[] = [];
    for await (const piece of io.stdin()) pieces.push(piece);
    return Buffer.concat(pieces);
  }
  try {
    return readFileSync(resolve(io.cwd, file));
  } catch (error) {
    throw new InputError(`${file}: ${reasonOf(error)}`);
  }
}

function appliedTo(root: string, patches: readonly Patch[]): Applied {
  return refusing(applyPatches, patches, diskFiles(root));
}

/** A patch that cannot be read or applied is an input that failed. */
function refusing<A extends readonly unknown[], R>(work: (...args: A) => R, ...args: A): R {
  try {
    return work(...args);
  } catch (error) {
    if (error instanceof PatchError) throw new InputError(error.message);
    throw error;
  }
}

// ---- the paths

/** A path that is not there may be one the patch makes: it is kept apart until that is known. */
function locateBoth(settings: Settings, cwd: string): { inputs: Inputs; absent: readonly string[] } {
  const isThere = (path: string): boolean => {
    try {
      return realpathSync(resolve(cwd, path)) !== '';
    } catch {
      return false;
    }
  };
  const present = settings.operands.filter(isThere);
  const absent = settings.operands.filter((path) => !isThere(path));
  const inputs = locate(present, settings.tree, cwd);
  const isNoneNamed = present.length === 0 && absent.length > 0;
  return { inputs: isNoneNamed ? { ...inputs, paths: [] } : inputs, absent };
}

interface BothPaths {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Those of the user's that are there after the patch. */
  readonly kept: readonly string[];
  readonly missing: Inputs['missing'];
}

function pathsOf(
  inputs: Inputs,
  absent: readonly string[],
  cwd: string,
  { overlay, files }: Applied,
): BothPaths {
  const inTree = (path: string): string => relative(inputs.root, path).split(sep).join('/');
  const made: string[] = [];
  const missing: { path: string; reason: string }[] = [];
  for (const written of absent) {
    const path = resolve(cwd, written);
    const isMade =
      typeof overlay.get(inTree(path)) === 'string' || presentBelow(overlay, [inTree(path)]).length > 0;
    if (isMade) made.push(path);
    else missing.push({ path: written, reason: 'no such file or folder' });
  }
  const kept = inputs.paths.filter((path) => overlay.get(inTree(path)) !== null);
  const goneFiles = new Set(inputs.paths.filter((path) => !kept.includes(path)).map(inTree));
  const renamed = [...files].flatMap(([path, image]) =>
    image.from !== null && goneFiles.has(image.from.path) ? [join(inputs.root, path)] : [],
  );
  const after = [...kept, ...made, ...renamed];
  const before = [...inputs.paths, ...made];
  if (before.length === 0) throw new InputError(missing.map((m) => `${m.path}: ${m.reason}`).join('\n'));
  // Nothing is left of what was named: an empty list would mean the whole tree.
  return { before, after: after.length > 0 ? after : before, kept: [...kept, ...made], missing };
}

// ---- the result

function show(
  { command, settings, io }: WhatIf,
  difference: Difference,
  patches: readonly Patch[],
  applied: Applied,
  elapsedMs: number,
): string {
  const done = { patches, applied };
  if (settings.format === 'json') return differenceToJson(difference, done);
  const target = targetOf(settings, io);
  const { root } = difference.after.tree;
  return differenceToText(difference, done, {
    style: styleFor(settings.color, target, io.env),
    source: sourceReader(root, applied.overlay),
    sourceBefore: sourceReader(root),
    isQuiet: settings.isQuiet,
    elapsedMs: target.isTTY || settings.withTimings ? elapsedMs : null,
    withSites: command === 'sites',
  });
}

const rank = { note: 1, warning: 2, error: 3 } as const;

function isWorse(difference: Difference, { failOn }: Settings): boolean {
  return failOn !== 'never' && broughtFindings(difference).some(({ level }) => rank[level] >= rank[failOn]);
}
