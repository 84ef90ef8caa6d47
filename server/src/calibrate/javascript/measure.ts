/**
 * What JavaScript can measure of a machine, with a worker thread for what takes two: long copies, and what cache lines and
 * wake-ups cost. Where JavaScript itself would be most of what is measured, there is no figure: the model's own slot pool
 * takes six times as long for a pair as the compiled one, and eleven times for a probe.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../profile.js';
import { measureCopies } from './copies.js';
import { measurePair } from './pair.js';
import type { Plan, Runs } from './runs.js';
import type { PairName } from './sides.js';

export interface JavaScriptOptions {
  readonly isQuick: boolean;
  /** The bundle of `thread.ts`; null: what takes two threads is not measured. */
  readonly threadProgram: string | null;
  readonly coldMebibytes: number;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const pairNames: readonly PairName[] = ['ring-split-1', 'ring-packed-1', 'wake-round-trip'];

const MIB = 1 << 20;

export async function measureInJavaScript(options: JavaScriptOptions): Promise<ReadonlyMap<string, Runs>> {
  const { threadProgram, onProgress } = options;
  const plan = planFor(options);
  const total = 1 + pairNames.length;
  const begin = (done: number, what: string): void =>
    onProgress?.({ done, total, what: `measuring ${what}` });
  begin(0, 'copies');
  const all = new Map(measureCopies(plan));
  if (threadProgram === null || availableParallelism() < 2) return all;
  for (const [i, name] of pairNames.entries()) {
    begin(i + 1, name);
    all.set(name, await measurePair(plan, name, threadProgram));
  }
  return all;
}

function planFor({ isQuick, coldMebibytes }: JavaScriptOptions): Plan {
  return {
    runs: isQuick ? 3 : 15,
    runNs: isQuick ? 1e6 : 4e6,
    coldBytes: coldMebibytes * MIB,
    patienceEnds: performance.now() + (isQuick ? 2_000 : 20_000),
  };
}

/** Beside the bundle; null where sources run without one. */
export function builtThreadProgram(): string | null {
  const file = fileURLToPath(new URL('./calibrate-thread.js', import.meta.url));
  return existsSync(file) ? file : null;
}
