/** `doctor`: what of a tree parses clean, and what does not and why. */

import { statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { listFiles, reasonOf } from '../program/files/list-files.js';
import { treeAt } from '../program/files/tree.js';
import type { DoctorReport, NotAnalysed, UncleanFunction } from '../report/report.js';
import type { FileHealth } from './doctor-task.js';
import { runTask } from './worker-pool.js';

export interface DoctorOptions {
  /** The tree; files are reported relative to it. */
  readonly root: string;
  /** Files and folders, absolute or relative to the root; all of its C files when empty. */
  readonly paths: readonly string[];
  readonly jobs: number;
  readonly onProgress?: (event: {
    readonly done: number;
    readonly total: number;
    readonly what: string;
  }) => void;
}

/** Files a thread is given at a time: enough to keep it busy, few enough to share out the large ones. */
const BATCH_SIZE = 32;

/** The same report, byte for byte, whatever the number of jobs. */
export async function doctor(options: DoctorOptions): Promise<DoctorReport> {
  const { files, notAnalysed } = filesOf(options.root, options.paths);
  const answers = (await runTask({ task: 'doctor', shared: options.root }, files, {
    jobs: options.jobs,
    batchSize: BATCH_SIZE,
    onDone: (done) => options.onProgress?.({ done, total: files.length, what: 'reading' }),
  })) as readonly FileHealth[];

  const unclean: UncleanFunction[] = [];
  const unread: NotAnalysed[] = [...notAnalysed];
  let functions = 0;
  for (const { file, functions: count, unclean: found, notAnalysed: reason } of answers) {
    functions += count;
    unclean.push(...found.map((one) => ({ file, ...one })));
    if (reason !== undefined) unread.push({ file, reason });
  }
  unread.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  return {
    schema: 'vringside/1',
    tree: { root: options.root, kernelVersion: treeAt(options.root).version },
    files: answers.filter((answer) => answer.notAnalysed === undefined).length,
    functions,
    clean: functions - unclean.length,
    unclean,
    notAnalysed: unread,
  };
}

/** The C files the paths stand for, sorted; a file named outright counts whatever its ending. */
function filesOf(
  root: string,
  paths: readonly string[],
): { files: readonly string[]; notAnalysed: NotAnalysed[] } {
  const folders: string[] = [];
  const files = new Set<string>();
  const notAnalysed: NotAnalysed[] = [];
  for (const path of paths.length > 0 ? paths : ['']) {
    const inside =
      path.startsWith('/') || /^[A-Za-z]:/.test(path) ? relative(root, path).split(sep).join('/') : path;
    try {
      if (statSync(`${root}/${inside}`).isDirectory()) folders.push(inside);
      else files.add(inside);
    } catch (error) {
      notAnalysed.push({ file: inside, reason: reasonOf(error) });
    }
  }
  const listed = listFiles(root, folders);
  for (const file of listed.files) files.add(file);
  return { files: [...files].sort(), notAnalysed: [...notAnalysed, ...listed.notAnalysed] };
}
