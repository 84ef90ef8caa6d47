/**
 * The files of a tree that can matter, found from their bytes alone: nothing parses 60 000 files to answer about 200.
 */
import * as fs from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { relevantWords } from '@vringside/grammars/relevance';
import { isCFile, isEditorsCopy, listFiles, type NotAnalysed, reasonOf } from './list-files.js';
import { noOverlay, type Overlay, presentBelow, wordTest } from './overlay.js';
import { type ScanWork, scanFiles, verdict } from './scan-files.js';
import type { FileStat, StatIndex } from './stat-index.js';
import { compileScan, windowBytes } from './word-scanner.js';

export interface SelectOptions {
  /** Absolute. */
  readonly root: string;
  /** Files and folders, absolute or relative to the root. None: the whole root. */
  readonly paths?: readonly string[];
  /** Threads that read, the caller's included; default 1. */
  readonly jobs?: number;
  /** Words that make a file matter; default those of the grammars package. */
  readonly words?: readonly string[];
  /** Verdicts of earlier runs. */
  readonly known?: StatIndex | null;
  /** Texts in place of those on disk. */
  readonly overlay?: Overlay;
  readonly onProgress?: (progress: SelectProgress) => void;
}

export interface SelectProgress {
  readonly done: number;
  readonly total: number;
}

export interface Selection {
  /** Relative to the root, sorted. */
  readonly files: readonly string[];
  /** Those of them that were named one by one. */
  readonly named: readonly string[];
  /** C files looked at. */
  readonly considered: number;
  readonly notAnalysed: readonly NotAnalysed[];
}

/** Fewer files than this are read faster than a thread starts. */
const filesWorthAThread = 4000;
const batch = 64;
/** How long the caller's thread works before it lets others have a turn. */
const sliceMs = 40;

/** The files below `paths` that hold a relevant word, and every file named by itself. */
export async function selectFiles(options: SelectOptions): Promise<Selection> {
  const overlay = options.overlay ?? noOverlay;
  const { named, folders, addedFolders, notAnalysed } = sortPaths(options.root, options.paths ?? [], overlay);
  const listed = listFiles(options.root, folders);
  const onDisk = listed.files.filter((file) => !overlay.has(file));
  const added = presentBelow(overlay, [...folders, ...addedFolders]).filter(isCFile);
  const verdicts = await verdictsOf(options, onDisk);
  const isRelevant = wordTest(options.words ?? relevantWords);
  const files = new Set([...named, ...added.filter((file) => isRelevant(overlay.get(file) ?? ''))]);
  const unreadable: NotAnalysed[] = [];
  onDisk.forEach((file, index) => {
    if (verdicts[index] === verdict.present) files.add(file);
    if (verdicts[index] === verdict.unreadable)
      unreadable.push({ file, reason: whyUnreadable(options.root, file) });
  });
  const allNotAnalysed = [...notAnalysed, ...listed.notAnalysed, ...unreadable];
  return {
    files: [...files].sort(),
    named,
    considered: new Set([...onDisk, ...added, ...named]).size,
    notAnalysed: allNotAnalysed.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)),
  };
}

interface SortedPaths {
  readonly named: readonly string[];
  readonly folders: readonly string[];
  /** Folders that only the overlay has. */
  readonly addedFolders: readonly string[];
  readonly notAnalysed: readonly NotAnalysed[];
}

function sortPaths(root: string, paths: readonly string[], overlay: Overlay): SortedPaths {
  if (paths.length === 0) return { named: [], folders: [''], addedFolders: [], notAnalysed: [] };
  const named: string[] = [];
  const folders: string[] = [];
  const addedFolders: string[] = [];
  const notAnalysed: NotAnalysed[] = [];
  for (const path of paths) {
    const file = relativePath(root, path);
    const kind = kindOf(root, file, overlay);
    if (kind === 'file') named.push(file);
    else if (kind === 'folder') folders.push(file);
    else if (kind === 'added folder') addedFolders.push(file);
    else notAnalysed.push({ file, reason: kind.reason });
  }
  return { named, folders, addedFolders, notAnalysed };
}

function kindOf(
  root: string,
  file: string,
  overlay: Overlay,
): 'file' | 'folder' | 'added folder' | { readonly reason: string } {
  const text = overlay.get(file);
  if (text !== undefined) return text === null ? { reason: 'no such file or folder' } : 'file';
  try {
    return fs.statSync(resolve(root, file)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    return presentBelow(overlay, [file]).length > 0 ? 'added folder' : { reason: reasonOf(error) };
  }
}

/** As the rest of the program names files: relative to the root, `/` between parts. */
export function relativePath(root: string, path: string): string {
  const absolute = isAbsolute(path) ? path : resolve(root, path);
  return relative(root, absolute).replaceAll('\\', '/');
}

async function verdictsOf(options: SelectOptions, files: readonly string[]): Promise<Uint8Array> {
  const known = options.known ?? null;
  if (known === null) return scanAll(options, files);
  const stats: (FileStat | null)[] = [];
  const verdicts = new Uint8Array(files.length);
  const unknown: number[] = [];
  files.forEach((file, index) => {
    const stat = known.stat(file);
    stats.push(stat);
    verdicts[index] = (stat && known.verdict(file, stat)) ?? verdict.none;
    if (verdicts[index] === verdict.none) unknown.push(index);
  });
  const scanned = await scanAll(
    options,
    unknown.map((index) => files[index] ?? ''),
  );
  unknown.forEach((index, position) => {
    verdicts[index] = scanned[position] ?? verdict.none;
  });
  known.remember(files, stats, verdicts);
  return verdicts;
}

async function scanAll(options: SelectOptions, files: readonly string[]): Promise<Uint8Array> {
  const verdicts = new Uint8Array(new SharedArrayBuffer(files.length));
  if (files.length === 0) return verdicts;
  const { module, words } = compileScan(options.words ?? relevantWords);
  const next = new Int32Array(new SharedArrayBuffer(4));
  const work: ScanWork = { module, words, windowBytes, root: options.root, paths: files, next, verdicts };
  const helpers = files.length < filesWorthAThread ? 0 : Math.max(0, (options.jobs ?? 1) - 1);
  const running = Array.from({ length: helpers }, () => startHelper(work));
  const total = files.length;
  while (!scanFiles(fs, work, batch, Date.now() + sliceMs)) {
    options.onProgress?.({ done: Math.min(Atomics.load(next, 0), total), total });
    await new Promise((resume) => setImmediate(resume));
  }
  await Promise.all(running);
  finishAbandoned(work);
  options.onProgress?.({ done: total, total });
  return verdicts;
}

/** Resolves when the thread has ended, well or not: what it left undone is done by `finishAbandoned`. */
function startHelper(work: ScanWork): Promise<void> {
  const program = `'use strict';
    const { workerData } = require('node:worker_threads');
    const scanFiles = ${scanFiles.toString()};
    scanFiles(require('node:fs'), workerData, ${batch}, Infinity);`;
  return new Promise((resolve) => {
    const worker = new Worker(program, { eval: true, workerData: work });
    worker.once('error', () => resolve());
    worker.once('exit', () => resolve());
  });
}

/** Files a helper took and, having died, gave no verdict on. */
function finishAbandoned(work: ScanWork): void {
  const left = work.paths.flatMap((_, index) => (work.verdicts[index] === verdict.none ? [index] : []));
  if (left.length === 0) return;
  const verdicts = new Uint8Array(left.length);
  const paths = left.map((index) => work.paths[index] ?? '');
  scanFiles(fs, { ...work, paths, verdicts, next: new Int32Array(1) }, batch, Number.POSITIVE_INFINITY);
  left.forEach((index, position) => {
    work.verdicts[index] = verdicts[position] ?? verdict.unreadable;
  });
}

function whyUnreadable(root: string, file: string): string {
  try {
    fs.closeSync(fs.openSync(`${root}/${file}`, 'r'));
    return 'cannot be read';
  } catch (error) {
    return reasonOf(error);
  }
}

export { isCFile, isEditorsCopy };
