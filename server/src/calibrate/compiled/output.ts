/** What the C program prints: `run NAME NANOSECONDS`, `note NAME TEXT`, and `done` at the end. */
import type { Samples } from '../figures.js';
import type { Placement } from '../profile.js';

export interface Output {
  readonly samples: Samples;
  /** Measurements with fewer runs than planned: other programs took the processors. */
  readonly disturbed: ReadonlySet<string>;
  readonly placement: Placement;
}

/** The measurement that a line is a run of; null: it is no run. */
export function runOf(line: string): string | null {
  return /^run (\S+)/.exec(line)?.[1] ?? null;
}

const placements: Readonly<Record<string, Placement>> = {
  different: 'different cores',
  one: 'one core',
  'single-processor': 'one processor',
};

/** Null where a line is none of the program's. */
export function parseOutput(lines: readonly string[]): Output | null {
  const samples = new Map<string, number[]>();
  const disturbed = new Set<string>();
  let placement: Placement = 'not pinned';
  if (lines.at(-1) !== 'done') return null;
  for (const line of lines.slice(0, -1)) {
    const [, kind, name = '', rest = ''] = /^(run|note) ([\w-]+) ([\w .+-]+)$/.exec(line) ?? [];
    if (kind === undefined) return null;
    if (kind === 'note') {
      if (name === 'disturbed') disturbed.add(rest);
      if (name === 'cores') placement = placements[rest] ?? placement;
      continue;
    }
    const ns = Number(rest);
    if (!Number.isFinite(ns) || ns <= 0) return null;
    samples.set(name, [...(samples.get(name) ?? []), ns]);
  }
  return { samples, disturbed, placement };
}
