/** `switch`: control enters at the case that holds, and falls through to those below. */
import type { CaseStmt, Stmt, SwitchStmt } from '../../../syntax/ir.js';
import { joinStates, type State } from '../memory/state.js';
import { binary } from '../numbers/arithmetic.js';
import { type Truth, truthOf, unknownValue, type Value } from '../numbers/value.js';
import { evaluate } from './expressions.js';
import type { Run } from './run.js';
import { execute, joinWays } from './statements.js';

/** Where control may enter the list: past it where no case holds and there is no default. */
interface Entry {
  readonly at: number;
  readonly why: string | null;
}

export function runSwitch(run: Run, stmt: SwitchStmt): void {
  run.frame.locals.inBlock(() => enter(run, stmt));
}

function enter(run: Run, stmt: SwitchStmt): void {
  const subject = evaluate(run, stmt.subject);
  const list = stmt.body.kind === 'block' ? stmt.body.body : [stmt.body];
  const entries = entriesOf(run, list, subject);
  const before = run.state;
  const left: State[] = [];
  run.frame.breaks.push(left);
  run.charge(entries.length * before.memory.size);
  const ends: State[] = entries.map(({ at, why }) => {
    run.state = before.fork(why);
    execute(run, list, at);
    return run.state;
  });
  run.frame.breaks.pop();
  const [first, ...others] = [...ends, ...left];
  if (first === undefined) return;
  const why = entries.find((e) => e.why !== null)?.why ?? null;
  const joined = why === null ? joinWays([first, ...others]) : joinStates([first, ...others], why);
  const allGoOn = ends.every((s) => !s.isDead) && left.length === 0;
  run.state = why !== null && allGoOn ? joined.asSureAs(before.doubt) : joined;
}

/** The first case that holds for certain ends the list; those before it of which that is not known may hold too. */
function entriesOf(run: Run, list: readonly Stmt[], subject: Value): Entry[] {
  const entries: Entry[] = [];
  let otherwise = list.length;
  let doubt: string | null = null;
  for (const [at, stmt] of list.entries()) {
    if (stmt.kind !== 'case') continue;
    const compiled = run.names.isCompiledAt(run.file, stmt.start);
    if (compiled === false) continue;
    if (stmt.value === null) {
      otherwise = at;
      continue;
    }
    const matches = caseHolds(run, stmt, subject);
    const holds = matches === true ? compiled : matches;
    if (holds === false) continue;
    if (holds === true) return [...entries, { at, why: doubt }];
    doubt ??= holds.why;
    entries.push({ at, why: holds.why });
  }
  return [...entries, { at: otherwise, why: doubt }];
}

function caseHolds(run: Run, stmt: CaseStmt, subject: Value): Truth {
  if (stmt.value === null) return unknownValue('default');
  const low = evaluate(run, stmt.value);
  if (stmt.upTo === null) return truthOf(binary('==', subject, low));
  const atLeast = truthOf(binary('>=', subject, low));
  const atMost = truthOf(binary('<=', subject, evaluate(run, stmt.upTo)));
  if (atLeast === false || atMost === false) return false;
  return atLeast === true ? atMost : atLeast;
}
