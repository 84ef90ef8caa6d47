/** Runs of one operation, timed: as server/measure/bench.c does it, with what JavaScript has. */

export interface Plan {
  readonly runs: number;
  /** A run lasts about as long: far beyond what reading the clock costs. */
  readonly runNs: number;
  /** Bytes that no cache holds. */
  readonly coldBytes: number;
  /** When runs that were disturbed are no longer made again, by `performance.now()`. */
  readonly patienceEnds: number;
}

export interface Runs {
  /** Nanoseconds of one operation, a run each. */
  readonly values: readonly number[];
  /** Fewer than planned: other programs took the processors. */
  readonly isDisturbed: boolean;
}

/** How often a run that was disturbed is made again, for each that is wanted. */
const TRIES = 8;

/** `work` does as many operations as it is told. Tries that are not counted let the compiler and the caches warm up. */
export function measure(plan: Plan, work: (operations: number) => void): Runs {
  const operations = operationsFor(plan, work);
  const values: number[] = [];
  for (let tried = 0; values.length < plan.runs && tried < plan.runs * TRIES; tried += 1) {
    const before = takenAway();
    const ns = timed(work, operations) / operations;
    if (takenAway() === before) values.push(ns);
    else if (performance.now() > plan.patienceEnds) break;
  }
  return { values, isDisturbed: values.length < plan.runs };
}

function operationsFor(plan: Plan, work: (operations: number) => void): number {
  let operations = 16;
  let ns = timed(work, operations);
  while (ns < plan.runNs / 4) {
    operations *= 4;
    ns = timed(work, operations);
  }
  // Once more: the last try may still have run in the interpreter.
  ns = timed(work, operations);
  return Math.max(1, Math.ceil((operations * plan.runNs) / ns));
}

function timed(work: (operations: number) => void, operations: number): number {
  const start = process.hrtime.bigint();
  work(operations);
  return Number(process.hrtime.bigint() - start);
}

/** How often another program took a processor from this one; 0 where the system does not count it. */
function takenAway(): number {
  return process.resourceUsage().involuntaryContextSwitches;
}
