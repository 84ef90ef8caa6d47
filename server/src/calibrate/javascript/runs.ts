/** Runs of one operation, timed: as server/measure/bench.c does it, with what JavaScript has. */

export interface Plan {
  readonly runs: number;
  /** A run lasts about as long: far beyond what reading the clock costs. */
  readonly runNs: number;
  /** Bytes that no cache holds. */
  readonly coldBytes: number;
  /** When nothing more is measured, by `performance.now()`: a machine so busy gives no figures. */
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

interface Run {
  /** Of one operation. */
  readonly ns: number;
  readonly isDisturbed: boolean;
}

type Work = (operations: number) => void;

/** `work` does as many operations as it is told. */
export function measure(plan: Plan, work: Work): Runs {
  const operations = countOut(plan, work);
  const values: number[] = [];
  for (let tried = 0; values.length < plan.runs && tried < plan.runs * TRIES && !isLate(plan); tried += 1) {
    const { ns, isDisturbed } = runOnce(work, operations);
    if (!isDisturbed) values.push(ns);
  }
  return { values, isDisturbed: values.length < plan.runs };
}

/** Operations of a run that lasts as long as planned. The tries let the compiler and the caches warm up. */
function countOut(plan: Plan, work: Work): number {
  let operations = 16;
  while (tryRun(plan, work, operations).ns * operations < plan.runNs / 4) operations *= 4;
  // Once more: what was tried last may still have begun in the interpreter.
  return Math.max(1, Math.ceil(plan.runNs / tryRun(plan, work, operations).ns));
}

/** One that was not disturbed if there is one among a few. */
function tryRun(plan: Plan, work: Work, operations: number): Run {
  let run = runOnce(work, operations);
  for (let tried = 1; run.isDisturbed && tried < TRIES && !isLate(plan); tried += 1)
    run = runOnce(work, operations);
  return run;
}

function runOnce(work: Work, operations: number): Run {
  const before = takenAway();
  const start = process.hrtime.bigint();
  work(operations);
  const ns = Number(process.hrtime.bigint() - start) / operations;
  return { ns, isDisturbed: takenAway() !== before };
}

function isLate(plan: Plan): boolean {
  return performance.now() > plan.patienceEnds;
}

/** How often another program took a processor from this one; 0 where the system does not count it. */
function takenAway(): number {
  return process.resourceUsage().involuntaryContextSwitches;
}
