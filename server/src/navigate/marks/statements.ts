/** Statements, read in the order they may run: what is known goes into both arms of a test, and comes together behind it. */
import type { Declarator, Expr, Stmt } from '../../syntax/ir.js';
import { nameWithin } from '../names.js';
import { isSameState, joined, type Kinds, localPlace, NONE, type State, store } from './state.js';
import { byType, initialised, kindsOf, type Reading } from './values.js';

/** Passes over a loop, or a body with labels: what is carried around settles after two or three. */
const MAX_PASSES = 4;
/** Statements nested deeper are left unread. */
const MAX_DEPTH = 120;

/** Where `break`, `continue` and `case` lead. */
interface Around {
  readonly entry: State | null;
  broken: State | null;
  continued: State | null;
  readonly isLoop: boolean;
}

export class Flow {
  private readonly reading: Reading;
  private readonly labels = new Map<string, State | null>();
  private readonly around: Around[] = [];
  private depth = 0;
  /** Of all values the function returns. */
  returned: Kinds = NONE;
  /** What holds when it returns. */
  exit: State | null = null;

  constructor(reading: Omit<Reading, 'statements'>) {
    this.reading = {
      ...reading,
      statements: (body, state) => {
        const after = this.list(body.slice(0, -1), state);
        if (after === null || after === state) return;
        for (const [place, kinds] of after) state.set(place, kinds);
      },
    };
  }

  /** A body is read again while a jump backwards brings something new to a label. */
  body(body: readonly Stmt[]): void {
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const before = new Map(this.labels);
      const end = this.list(body, new Map());
      this.exit = joined(this.exit, end);
      const isSettled = [...this.labels].every(([label, state]) =>
        isSameState(state, before.get(label) ?? null),
      );
      if (isSettled) return;
    }
  }

  private list(body: readonly Stmt[], state: State | null): State | null {
    let current = state;
    for (const stmt of body) current = this.stmt(stmt, current);
    return current;
  }

  private stmt(stmt: Stmt, state: State | null): State | null {
    if (this.depth >= MAX_DEPTH) return state;
    this.depth += 1;
    const after = this.read(stmt, state);
    this.depth -= 1;
    return after;
  }

  private read(stmt: Stmt, state: State | null): State | null {
    switch (stmt.kind) {
      case 'label':
        return joined(state, this.labels.get(stmt.name) ?? null);
      case 'case': {
        const inner = this.around.findLast(({ isLoop }) => !isLoop);
        const entered = joined(state, inner?.entry ?? null);
        return entered;
      }
      case 'block':
        return this.list(stmt.body, state);
      default:
        break;
    }
    // Code behind a jump may hold labels and cases: it is read through, and not told of.
    if (state === null) return this.unreached(stmt);
    switch (stmt.kind) {
      case 'decl':
        for (const one of stmt.declarators) this.declared(one, state);
        return state;
      case 'expr':
        this.value(stmt.expr, state);
        return state;
      case 'if': {
        this.value(stmt.test, state);
        const then = this.stmt(stmt.then, new Map(state));
        const otherwise = stmt.otherwise === null ? state : this.stmt(stmt.otherwise, new Map(state));
        return joined(then, otherwise);
      }
      case 'loop':
        return this.loop(stmt, state);
      case 'macroblock':
        for (const arg of stmt.args) this.value(arg, state);
        if (!stmt.isLoop) return this.stmt(stmt.body, state);
        return this.repeated(state, (entry) => this.stmt(stmt.body, entry));
      case 'switch': {
        this.value(stmt.subject, state);
        const inner: Around = { entry: new Map(state), broken: null, continued: null, isLoop: false };
        this.around.push(inner);
        const end = this.stmt(stmt.body, null);
        this.around.pop();
        return joined(joined(end, inner.broken), state);
      }
      case 'goto':
        if (stmt.label !== null)
          this.labels.set(stmt.label, joined(this.labels.get(stmt.label) ?? null, state));
        return null;
      case 'return':
        if (stmt.value !== null) this.returned |= this.value(stmt.value, state);
        this.exit = joined(this.exit, state);
        return null;
      case 'break': {
        const inner = this.around.at(-1);
        if (inner !== undefined) inner.broken = joined(inner.broken, state);
        return null;
      }
      case 'continue': {
        const inner = this.around.findLast(({ isLoop }) => isLoop);
        if (inner !== undefined) inner.continued = joined(inner.continued, state);
        return null;
      }
      case 'asm':
        for (const operand of stmt.operands) this.value(operand, state);
        return state;
      case 'opaque':
        for (const part of stmt.parts) this.value(part, state);
        return state;
      default:
        return stmt satisfies never;
    }
  }

  /** Labels and cases inside what is not reached from above. */
  private unreached(stmt: Stmt): State | null {
    switch (stmt.kind) {
      case 'if':
        return joined(
          this.stmt(stmt.then, null),
          stmt.otherwise === null ? null : this.stmt(stmt.otherwise, null),
        );
      case 'loop':
      case 'macroblock':
        return this.stmt(stmt.body, null);
      default:
        return null;
    }
  }

  private loop(stmt: Stmt & { kind: 'loop' }, state: State): State | null {
    if (stmt.init !== null) this.stmt(stmt.init, state);
    return this.repeated(state, (entry) => {
      if (stmt.form !== 'do' && stmt.test !== null) this.value(stmt.test, entry);
      const end = this.stmt(stmt.body, entry);
      if (end === null) return null;
      if (stmt.update !== null) this.value(stmt.update, end);
      if (stmt.form === 'do' && stmt.test !== null) this.value(stmt.test, end);
      return end;
    });
  }

  private repeated(state: State, body: (entry: State) => State | null): State | null {
    const inner: Around = { entry: null, broken: null, continued: null, isLoop: true };
    this.around.push(inner);
    let entry: State = state;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const end = body(new Map(entry));
      const next = joined(entry, joined(end, inner.continued)) ?? entry;
      if (isSameState(next, entry)) break;
      entry = next;
    }
    this.around.pop();
    return joined(entry, inner.broken);
  }

  private declared({ name, init, start, end, type }: Declarator, state: State): void {
    const { reading } = this;
    const local = reading.scope.lookup(name, start);
    if (local === null) return;
    const place = localPlace(local);
    const kinds = init === null ? NONE : this.value(init, state);
    store(state, place, kinds);
    if (init?.kind === 'init') initialised(reading, place, init, state);
    const all = kinds | byType(type);
    const at = all === NONE ? null : nameWithin(reading.program, reading.scope.file, name, { start, end });
    if (at !== null) reading.note(at.start, at.end, false, all);
  }

  private value(expr: Expr, state: State): Kinds {
    return kindsOf(this.reading, expr, state);
  }
}
