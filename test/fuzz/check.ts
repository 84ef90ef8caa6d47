/** One input tried: does it throw, does it take too long? */
import type { Input } from './inputs.js';
import type { Target } from './target.js';

export type Complaint =
  | { readonly kind: 'throws'; readonly what: string; readonly stack: string }
  | { readonly kind: 'slow'; readonly ms: number };

export interface Outcome {
  /** Time spent, the best of the tries: elapsed or of the processor, whichever is less. */
  readonly ms: number;
  readonly complaint: Complaint | null;
}

/** Tries before an input is called slow: other work on the machine only ever adds time. */
const TRIES = 3;

export async function check(target: Target, input: Input, limitMs: number): Promise<Outcome> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const spentMs = stopwatch();
    try {
      await target.run(input);
    } catch (error) {
      return { ms: spentMs(), complaint: thrown(error) };
    }
    best = Math.min(best, spentMs());
    if (best <= limitMs) return { ms: best, complaint: null };
  }
  return { ms: best, complaint: { kind: 'slow', ms: best } };
}

/**
 * On a busy machine time passes while nothing is done, so the processor's time counts; that of the collector's threads
 * is in it, too, so never more than what passed.
 */
function stopwatch(): () => number {
  const from = performance.now();
  const usage = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    return Math.min(performance.now() - from, (user + system) / 1000);
  };
}

function thrown(error: unknown): Complaint {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'throws', what: message.split('\n')[0]?.slice(0, 200) ?? '', stack: stack ?? '' };
}

/** Whether two complaints are about the same defect, as far as can be told. */
export function isSame(a: Complaint, b: Complaint | null): boolean {
  if (b === null || a.kind !== b.kind) return false;
  return a.kind !== 'throws' || b.kind !== 'throws' || withoutNumbers(a.what) === withoutNumbers(b.what);
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '0');
}
