/** Measures a command as `/usr/bin/time` sees it. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutS?: number;
  /** How many results the output holds; null where that means nothing. */
  readonly count?: (output: string) => number | null;
}

export interface Run {
  readonly wallS: number;
  /** User and system time. */
  readonly cpuS: number;
  /** Of the largest process. */
  readonly peakMiB: number;
  readonly results: number | null;
}

export type Measured =
  | { readonly runs: readonly Run[] }
  /** Ended after this many seconds. */
  | { readonly timedOutS: number }
  | { readonly failed: string };

/** One run to warm the page cache (where `warm` is set), then so many that count. */
export function measure(command: Command, runs: number, warm = true): Measured {
  const kept: Run[] = [];
  for (let run = warm ? -1 : 0; run < runs; run++) {
    const outcome = runOnce(command);
    if (!('run' in outcome)) return outcome;
    if (run >= 0) kept.push(outcome.run);
  }
  return { runs: kept };
}

function runOnce(command: Command): { readonly run: Run } | Exclude<Measured, { runs: unknown }> {
  const folder = mkdtempSync(join(tmpdir(), 'vringside-bench-'));
  try {
    return inFolder(command, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inFolder({ argv, cwd, env, timeoutS, count }: Command, folder: string): ReturnType<typeof runOnce> {
  const output = join(folder, 'output');
  const usage = join(folder, 'usage');
  const out = openSync(output, 'w');
  const limit = timeoutS === undefined ? [] : ['timeout', '--kill-after=5', String(timeoutS)];
  const from = process.hrtime.bigint();
  const done = spawnSync('/usr/bin/time', ['-v', '-o', usage, ...limit, ...argv], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', out, 'pipe'],
  });
  const wallS = Number(process.hrtime.bigint() - from) / 1e9;
  closeSync(out);
  if (timeoutS !== undefined && done.status === 124) return { timedOutS: timeoutS };
  if (done.error !== undefined || done.status !== 0) {
    return { failed: `${done.error?.message ?? `exit ${done.status}`}: ${String(done.stderr).slice(-400)}` };
  }
  const report = readFileSync(usage, 'utf8');
  const value = (label: string): number => Number(new RegExp(`${label}: ([\\d.]+)`).exec(report)?.[1]);
  const run: Run = {
    wallS,
    cpuS: value('User time \\(seconds\\)') + value('System time \\(seconds\\)'),
    peakMiB: value('Maximum resident set size \\(kbytes\\)') / 1024,
    results: count?.(readFileSync(output, 'utf8')) ?? null,
  };
  return { run };
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const lower = sorted[middle - 1] ?? upper;
  return {
    median: sorted.length % 2 === 1 ? upper : (lower + upper) / 2,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}
