/**
 * Values a reviewer of a secure guest watches: those the device decides, and CPU physical addresses. Followed inside a
 * function along the ways it may run, and out of the functions it calls in the same file.
 */
import { addressCalls, physHelper } from '@vringside/grammars/address-names';
import { deviceFills, deviceSource } from '@vringside/grammars/device-values';
import { fileRoles } from '../../analysis/index.js';
import type { FunctionRef, Program } from '../../program/index.js';
import type { Span } from '../../text/span.js';
import { nameWithin } from '../names.js';
import { DEVICE, type Kinds, localPlace, NONE, PHYSICAL } from './state.js';
import { Flow } from './statements.js';
import { byType, type Summary } from './values.js';

export interface Mark extends Span {
  readonly sort: 'variable' | 'parameter' | 'field';
  readonly isDeviceControlled: boolean;
  readonly isPhysicalAddress: boolean;
}

const addressNames = Object.entries(addressCalls).flatMap(([name, kind]) =>
  kind === 'phys' || kind === 'pfn' ? [name] : [],
);
/** A function without any of these names holds nothing to mark. */
const source = new RegExp(
  `^(?:${[...addressNames, ...Object.keys(deviceFills)].join('|')}|phys_addr_t)$|pfn|${physHelper.source}|${deviceSource.source}`,
);

/** How many calls deep a value is followed; helpers are one or two deep. */
const CALLS = 2;

interface Read extends Summary {
  readonly marks: readonly Mark[];
}

interface Noted extends Span {
  readonly isField: boolean;
  kinds: Kinds;
}

class Marks {
  private readonly program: Program;
  private readonly test: ReturnType<Program['nameTest']>;
  private readonly roleOf: ReturnType<typeof fileRoles>;
  private readonly files = new Map<string, readonly FunctionRef[]>();
  private readonly callers = new Map<string, readonly FunctionRef[]>();
  private readonly named = new Map<string, FunctionRef | null>();
  private readonly written = new Map<string, boolean>();
  /** By how deep calls are followed: what a function gives does not hang on who asked first. */
  private readonly read = Array.from({ length: CALLS + 1 }, () => new Map<FunctionRef, Read>());

  constructor(program: Program) {
    this.program = program;
    this.test = program.nameTest(source);
    this.roleOf = fileRoles(program);
  }

  /** Of the functions of a file that the span touches. */
  in(file: string, span: Span | null): Mark[] {
    return [...this.functionsIn(file), ...this.callersIn(file)]
      .filter((fn) => span === null || (fn.start < span.end && span.start < fn.end))
      .flatMap((fn) => this.of(fn, CALLS).marks)
      .sort((a, b) => a.start - b.start);
  }

  /** Those that hold the name of a source. */
  private functionsIn(file: string): readonly FunctionRef[] {
    let found = this.files.get(file);
    if (found === undefined) {
      found = this.program.factsHolding(file, this.test).functions;
      this.files.set(file, found);
    }
    return found;
  }

  /** Those that hold none, and call one that gives a value to mark. */
  private callersIn(file: string): readonly FunctionRef[] {
    let found = this.callers.get(file);
    if (found === undefined) {
      const own = new Set(this.functionsIn(file));
      const returning = [...own].filter((fn) => {
        const { returned, filled } = this.of(fn, CALLS - 1);
        return returned !== NONE || filled.some((kinds) => kinds !== NONE);
      });
      const callers = returning.flatMap(({ name }) =>
        this.program
          .chunksMentioning(file, name)
          .flatMap((chunk) => this.program.chunkFacts({ file, chunk })?.functions ?? []),
      );
      found = [...new Set(callers)].filter((fn) => !own.has(fn));
      this.callers.set(file, found);
    }
    return found;
  }

  private of(fn: FunctionRef, calls: number): Read {
    const read = this.read[calls];
    const known = read?.get(fn);
    if (known !== undefined) return known;
    const found = this.readFunction(fn, calls);
    read?.set(fn, found);
    return found;
  }

  private readFunction(fn: FunctionRef, calls: number): Read {
    const { program } = this;
    const found = new Map<number, Noted>();
    const reading = {
      program,
      scope: program.scopeOf(fn),
      hasDevice: this.roleOf(fn.file) === 'guest',
      note: (start: number, end: number, isField: boolean, kinds: Kinds): void => {
        const before = found.get(start);
        if (before === undefined) found.set(start, { start, end, isField, kinds });
        else before.kinds |= kinds;
      },
      called: (name: string): Summary | null => this.called(name, fn.file, calls),
      isWritten: (record: string, field: string): boolean => this.isWritten(fn.file, record, field),
    };
    const flows = fn.variants.map(({ body }) => {
      const flow = new Flow(reading);
      flow.body(body);
      return flow;
    });
    const returned = flows.reduce((all, flow) => all | flow.returned, NONE);
    const pointers = reading.scope.locals.filter(({ param, type }) => param >= 0 && type.pointers > 0);
    const filled: Kinds[] = fn.params.map(() => NONE);
    for (const local of pointers) {
      const behind = flows.map(({ exit }) => exit?.get(`*${localPlace(local)}`) ?? NONE);
      filled[local.param] = behind.reduce((all, kinds) => all | kinds, NONE);
    }
    const head = {
      start: fn.nameSpan.end,
      end: Math.min(...fn.variants.map((v) => v.body[0]?.start ?? fn.end)),
    };
    for (const { name, type } of fn.params) {
      const at = byType(type) === NONE ? null : nameWithin(program, fn.file, name, head);
      if (at !== null) reading.note(at.start, at.end, false, byType(type));
    }
    const marks = [...found.values()].sort((a, b) => a.start - b.start).flatMap((one) => this.mark(fn, one));
    return { marks, returned, filled };
  }

  private mark(fn: FunctionRef, { start, end, isField, kinds }: Noted): Mark[] {
    const name = this.program.textOf(fn.file, { start, end });
    // What a macro's arguments were read as may stand elsewhere than the name.
    if (!/^\w+$/.test(name)) return [];
    const isParameter = (this.program.scopeOf(fn).lookup(name, start)?.param ?? -1) >= 0;
    return [
      {
        start,
        end,
        sort: isField ? 'field' : isParameter ? 'parameter' : 'variable',
        isDeviceControlled: (kinds & DEVICE) !== 0,
        isPhysicalAddress: (kinds & PHYSICAL) !== 0,
      },
    ];
  }

  private called(name: string, file: string, calls: number): Summary | null {
    if (calls === 0) return null;
    const key = `${file}\0${name}`;
    let target = this.named.get(key);
    if (target === undefined) {
      target = this.functionsIn(file).find((fn) => fn.name === name) ?? null;
      this.named.set(key, target);
    }
    return target === null ? null : this.of(target, calls - 1);
  }

  /** Whether the file gives the field of a record anything but a plain number. */
  private isWritten(file: string, record: string, field: string): boolean {
    const key = `${file}\0${record}\0${field}`;
    let known = this.written.get(key);
    if (known === undefined) {
      known = this.program
        .chunksMentioning(file, field)
        .flatMap((chunk) => this.program.storesAt({ file, chunk }).get(field) ?? [])
        .some((store) => store.record === record && store.value?.kind !== 'number');
      this.written.set(key, known);
    }
    return known;
  }
}

const memo = new WeakMap<Program, Marks>();

/** In the order of the source; null: in the whole file. */
export function marksIn(program: Program, file: string, span: Span | null): readonly Mark[] {
  let marks = memo.get(program);
  if (marks === undefined) {
    marks = new Marks(program);
    memo.set(program, marks);
  }
  const found = marks.in(file, span);
  return span === null ? found : found.filter(({ start, end }) => start < span.end && span.start < end);
}
