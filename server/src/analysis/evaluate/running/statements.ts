/** Statements of C, run one after the other. What cannot be decided is run both ways. */
import type { Declarator, DeclStmt, LabelStmt, MacroBlockStmt, Stmt } from '../../../syntax/ir.js';
import { forget } from '../memory/aliases.js';
import { isArrayType, staticValue } from '../memory/globals.js';
import { putList } from '../memory/initialisers.js';
import type { Locals } from '../memory/locals.js';
import { changedPlaces, joinStates, type State } from '../memory/state.js';
import { toType } from '../numbers/conversions.js';
import { type IntValue, isKnown, unknownValue, type Value } from '../numbers/value.js';
import { evaluate, rootOfType, truth } from './expressions.js';
import { runLoop, runUnknownTimes } from './loops.js';
import type { Run } from './run.js';
import { runSwitch } from './switches.js';

/** Jumps back to one label before it is taken to be a loop whose end is not known. */
const MAX_JUMPS_BACK = 64;

/** Runs a list of statements; labels of the list take the jumps to them. */
export function execute(run: Run, body: readonly Stmt[], from = 0): void {
  const seen = run.frame.locals.snapshot();
  runFrom(run, body, from);
  jumpBack(run, body, seen);
}

function runFrom(run: Run, body: readonly Stmt[], from: number): void {
  for (const [at, stmt] of body.entries()) {
    if (stmt.kind === 'decl' && (at < from || run.state.isDead)) passBy(run, stmt);
    else if (at < from) continue;
    else if (stmt.kind === 'label') land(run, stmt.name);
    else if (!run.state.isDead) executeOne(run, stmt);
  }
}

/** Jumped over, a declaration still says what its names mean behind it. */
function passBy(run: Run, { start, declarators }: DeclStmt): void {
  if (run.names.isCompiledAt(run.file, start) === false) return;
  for (const declarator of declarators) run.frame.locals.declare(declarator);
}

/** Control comes from above and from every jump to the label so far. */
function land(run: Run, label: string): void {
  const jumps = run.frame.jumps.get(label) ?? [];
  run.frame.jumps.delete(label);
  if (jumps.length > 0) run.state = joinWays([run.state, ...jumps]);
}

/** What jumped to a label further up in the list runs on from there, until nothing changes any more. */
function jumpBack(run: Run, body: readonly Stmt[], seen: ReturnType<Locals['snapshot']>): void {
  let last: State | null = null;
  for (let jumps = 0; ; jumps++) {
    const at = body.findIndex((s) => s.kind === 'label' && run.frame.jumps.has(s.name));
    if (at < 0) return;
    const label = body[at] as LabelStmt;
    const before = run.state;
    run.end();
    land(run, label.name);
    const landed = run.state;
    if (last !== null && changedPlaces(last, landed).length === 0) {
      run.state = before;
      return;
    }
    if (jumps >= MAX_JUMPS_BACK) {
      leave(run, `goto ${label.name}`);
      run.state = before;
      return;
    }
    last = landed.fork();
    run.frame.locals.restore(seen);
    runFrom(run, body, at + 1);
    run.state = joinWays([before, run.state]);
  }
}

/** Control from several ways; what decided between them is the first thing that was not known on one. */
export function joinWays(states: readonly [State, ...State[]]): State {
  const live = states.filter((s) => !s.isDead);
  return joinStates(states, live.find((s) => s.doubt !== null)?.doubt ?? 'the way taken');
}

/** A statement under `#if` runs where its condition holds. */
export function executeOne(run: Run, stmt: Stmt): void {
  run.deeper(() => {
    const compiled = stmt.kind === 'case' ? true : run.names.isCompiledAt(run.file, stmt.start);
    run.branch(
      compiled,
      () => statement(run, stmt),
      () => undefined,
      () => undefined,
    );
  });
}

function statement(run: Run, stmt: Stmt): void {
  switch (stmt.kind) {
    case 'decl':
      for (const declarator of stmt.declarators) declare(run, declarator);
      return;
    case 'expr':
      evaluate(run, stmt.expr);
      return;
    case 'block':
      run.frame.locals.inBlock(() => execute(run, stmt.body));
      return;
    case 'if':
      run.branch(
        truth(run, stmt.test),
        () => whileLive(run, stmt.then),
        () => (stmt.otherwise === null ? undefined : whileLive(run, stmt.otherwise)),
        () => undefined,
      );
      return;
    case 'loop':
      runLoop(run, stmt);
      return;
    case 'macroblock':
      macroBlock(run, stmt);
      return;
    case 'switch':
      runSwitch(run, stmt);
      return;
    case 'return':
      returnFrom(run, stmt);
      return;
    case 'goto':
      jump(run, stmt.label);
      return;
    case 'break':
      run.frame.breaks.at(-1)?.push(run.state);
      run.end();
      return;
    case 'continue':
      run.frame.continues.at(-1)?.push(run.state);
      run.end();
      return;
    case 'case':
    case 'label':
      return;
    case 'asm':
      for (const operand of stmt.operands) forget(run, operand, 'asm');
      return;
    case 'opaque':
      leave(run, stmt.why);
      return;
  }
}

/** An expression whose call never returns ends the way. */
function whileLive(run: Run, stmt: Stmt): void {
  if (!run.state.isDead) executeOne(run, stmt);
}

function declare(run: Run, declarator: Declarator): void {
  const { place } = run.frame.locals.declare(declarator);
  const { init, type } = declarator;
  if (declarator.isStatic) {
    run.write(place, staticValue(run, declarator, place), declarator.name);
    return;
  }
  run.types.set(place, type);
  if (init === null || init.kind === 'init') {
    run.clear(place);
    if (isArrayType(declarator)) run.write(place, { kind: 'pointer', to: place }, declarator.name);
    if (init !== null) putList(run, init, place, (at, value) => run.write(at, value, declarator.name));
    return;
  }
  const value = toType(run, evaluate(run, init), type);
  const root = value.kind === 'unknown' ? rootOfType(type, 1) : null;
  run.write(place, root === null ? value : { kind: 'pointer', to: root }, declarator.name);
}

function macroBlock(run: Run, stmt: MacroBlockStmt): void {
  if (stmt.isLoop) runUnknownTimes(run, `${stmt.macro}()`, true, () => whileLive(run, stmt.body));
  else executeOne(run, stmt.body);
}

function returnFrom(run: Run, stmt: Stmt & { kind: 'return' }): void {
  const { frame } = run;
  const value = stmt.value === null ? null : evaluate(run, stmt.value);
  if (run.state.isDead) return;
  const at = run.origin(stmt);
  frame.returns.push({ value: value === null ? null : marked(value, at), at, state: run.state });
  run.end();
}

/** A number keeps the place of the return statement it comes from. */
function marked(value: Value, at: NonNullable<IntValue['origin']>): Value {
  return value.kind === 'int' && isKnown(value) && value.origin === undefined
    ? { ...value, origin: at }
    : value;
}

function jump(run: Run, label: string | null): void {
  if (label === null) {
    leave(run, 'a computed goto');
    return;
  }
  const { jumps } = run.frame;
  jumps.set(label, [...(jumps.get(label) ?? []), run.state]);
  run.end();
}

/** Something that could not be read: it may have done anything to what the function answers. */
function leave(run: Run, why: string): void {
  const { frame, state } = run;
  frame.returns.push({
    value: unknownValue(state.doubt ?? why),
    at: run.origin({ start: 0, end: 0 }),
    state: state.fork(why),
  });
}
