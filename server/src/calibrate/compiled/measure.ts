/** Measures with the C program in server/measure: built in a folder of its own, run once, and removed. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Placement, Progress } from '../profile.js';
import { findCompiler, trustedPath } from './find-compiler.js';
import { type Output, parseOutput, runOf } from './output.js';
import { runProgram } from './run-program.js';

export interface CompiledOptions {
  /** The user's PATH. */
  readonly path: string;
  /** The user's current folder: no compiler is taken from below it. */
  readonly cwd: string;
  readonly isQuick: boolean;
  readonly coldMebibytes: number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export type Compiled =
  | {
      readonly kind: 'measured';
      readonly compiler: string;
      readonly placement: Placement;
      readonly output: Output;
    }
  | { readonly kind: 'not measured'; readonly reason: string };

const sources = ['main', 'bench', 'copy', 'slots', 'lock', 'rings', 'split', 'packed', 'wake'];

/** What the text in server/measure is compiled with. */
export const compilerFlags = ['-std=gnu11', '-O2', '-pthread'];

const BUILD_MS = 10_000;
/** The program itself gives up disturbed runs after 20 s. */
const RUN_MS = 35_000;

/** Never rejects: what stands in the way is the answer. */
export async function measureCompiled(options: CompiledOptions): Promise<Compiled> {
  const path = trustedPath(options.path, options.cwd);
  if (process.platform !== 'linux') return not('the compiled program is for Linux');
  const text = programText();
  if (text === null) return not('the text of the program is not beside vringside');
  const compiler = findCompiler(path);
  if (compiler === null) return not('there is no C compiler (cc, gcc, clang) on the PATH');
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'vringside-calibrate-'));
  } catch (error) {
    return not(`no temporary folder: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return await buildAndRun({ compiler, text, folder, path }, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Workshop {
  readonly compiler: string;
  readonly text: string;
  readonly folder: string;
  readonly path: string;
}

async function buildAndRun(workshop: Workshop, options: CompiledOptions): Promise<Compiled> {
  const { compiler, text, folder, path } = workshop;
  const { isQuick, coldMebibytes } = options;
  const inFolder = { folder, path, timeoutMs: BUILD_MS };
  const version = await runProgram({ ...inFolder, program: compiler, args: ['--version'] });
  const program = join(folder, 'measure');
  const files = sources.map((name) => join(text, `${name}.c`));
  const built = await runProgram({
    ...inFolder,
    program: compiler,
    args: [...compilerFlags, '-o', program, ...files, '-lm'],
  });
  if (!built.isOk) return not(`${compiler} did not build the program: ${built.reason}`);
  const ran = await runProgram({
    ...inFolder,
    program,
    args: [String(coldMebibytes), ...(isQuick ? ['--quick'] : [])],
    timeoutMs: RUN_MS,
    onLine: runCounter(options),
  });
  if (!ran.isOk) return not(`the compiled program failed: ${ran.reason}`);
  const output = parseOutput(ran.lines);
  if (output === null) return not('the compiled program answered in no way that is known');
  return { kind: 'measured', compiler: version.lines[0] ?? compiler, placement: output.placement, output };
}

/** Measurements of the program, and runs of each, when nothing disturbs it: 5 rounds of 3, or one. */
const MEASUREMENTS = 17;
const RUNS = { full: 15, quick: 3 } as const;

function runCounter({ isQuick, onProgress }: CompiledOptions): (line: string) => void {
  const total = MEASUREMENTS * (isQuick ? RUNS.quick : RUNS.full);
  let done = 0;
  return (line) => {
    const measurement = runOf(line);
    if (measurement === null) return;
    done += 1;
    onProgress?.({ done, total, what: `measuring ${measurement}` });
  };
}

function not(reason: string): Compiled {
  return { kind: 'not measured', reason };
}

/** Beside the bundle's folder, or beside the sources'. */
export function programText(): string | null {
  const folders = ['../measure', '../../../measure'].map((way) =>
    fileURLToPath(new URL(way, import.meta.url)),
  );
  return folders.find((folder) => existsSync(join(folder, 'bench.h'))) ?? null;
}
