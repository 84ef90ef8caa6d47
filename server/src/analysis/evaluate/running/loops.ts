/** Loops: run as they are where every test is known, else as code that runs any number of times. */
import type { LoopStmt } from '../../../syntax/ir.js';
import { changedPlaces, forgotten, joinStates, type State } from '../memory/state.js';
import type { Truth } from '../numbers/value.js';
import { evaluate, truth } from './expressions.js';
import type { Run } from './run.js';
import { executeOne, joinWays } from './statements.js';

/** No loop over feature bits or a feature table runs longer. */
const MAX_ROUNDS = 1024;
/** Rounds after which what still changes is taken to be anything. */
const SETTLING_ROUNDS = 3;

/** What the loop's head declares is seen in the loop alone. */
export function runLoop(run: Run, loop: LoopStmt): void {
  run.frame.locals.inBlock(() => runRounds(run, loop));
}

function runRounds(run: Run, loop: LoopStmt): void {
  if (loop.init !== null) executeOne(run, loop.init);
  const { breaks, continues } = run.frame;
  const left: State[] = [];
  breaks.push(left);
  try {
    for (let round = 0; !run.state.isDead; round++) {
      const test = loop.form === 'do' && round === 0 ? true : testOf(run, loop);
      if (test === false) break;
      const why = typeof test === 'boolean' ? (round < MAX_ROUNDS ? null : 'a loop that goes on') : test.why;
      if (why !== null) {
        runUnknownTimes(run, why, loop.test !== null, () => runRound(run, loop));
        break;
      }
      continues.push([]);
      runRound(run, loop);
      continues.pop();
    }
  } finally {
    breaks.pop();
  }
  if (left.length > 0) run.state = joinWays([run.state, ...left]);
}

function testOf(run: Run, loop: LoopStmt): Truth {
  return loop.test === null ? true : truth(run, loop.test);
}

function runRound(run: Run, loop: LoopStmt): void {
  executeOne(run, loop.body);
  const again = run.frame.continues.at(-1) ?? [];
  if (again.length > 0) run.state = joinWays([run.state, ...again.splice(0)]);
  if (loop.update !== null && !run.state.isDead) evaluate(run, loop.update);
}

/**
 * A body that runs any number of times, or never: what it changes is not known afterwards, and what it returns may or may not
 * be returned. A loop without a test ends by a jump alone (`hasTest` false).
 */
export function runUnknownTimes(run: Run, why: string, hasTest: boolean, body: () => void): void {
  const { frame } = run;
  const { doubt } = run.state;
  const returnsBefore = frame.returns.length;
  const left: State[] = [];
  let entry = run.state.fork(why);
  for (let round = 0; ; round++) {
    run.charge(4 * entry.memory.size);
    frame.returns.length = returnsBefore;
    left.length = 0;
    frame.breaks.push(left);
    frame.continues.push([]);
    run.state = entry.fork();
    body();
    const again = frame.continues.pop() ?? [];
    frame.breaks.pop();
    const after = joinStates([run.state, ...again], why);
    const changed = after.isDead ? [] : changedPlaces(entry, after);
    if (changed.length === 0 || round > SETTLING_ROUNDS) break;
    entry = round < SETTLING_ROUNDS ? joinStates([entry, after], why) : forgotten(entry, changed, why);
  }
  run.state = joinStates([hasTest ? entry : entry.ended(), ...left], why).asSureAs(
    returnsOrJumps(run, returnsBefore) ? why : doubt,
  );
}

/** Whether the body may leave the loop for good, so that what follows it is not sure to run. */
function returnsOrJumps(run: Run, returnsBefore: number): boolean {
  return run.frame.returns.length > returnsBefore || run.frame.jumps.size > 0;
}
