/**
 * What boot code has left behind by the time a device is probed: the platform's hook in a function pointer, or a promise of the
 * platform. The architecture's code that stores there is found, and run with the guest's facts.
 */
import { bootEntries, hypervisorTypes } from '@vringside/grammars/leaf-bindings';
import type { FunctionRef, GlobalRef, Program } from '../../program/index.js';
import { walk } from '../../syntax/walk.js';
import { int, type Truth, unknownValue, type Value } from './numbers/value.js';
import { runFunction } from './running/calls.js';
import { evaluate } from './running/expressions.js';
import type { Names } from './running/names.js';
import { Run, type World } from './running/run.js';
import { entry } from './running/tables.js';

/** Code that runs at boot, in which guests, and at which of the `stages`. */
interface BootStep {
  readonly fn: FunctionRef;
  readonly when: Truth;
  readonly stage: number;
}

/**
 * What comes first at boot: the entry points of some guests; the set-up of the hypervisor that was found; the architecture's
 * set-up; initcalls. Origin: setup_arch() of arch/x86/kernel/setup.c (6.1, 6.12) calls init_hypervisor_platform() before
 * mem_encrypt_setup_arch() or sev_setup_arch().
 */
const stages = { entry: 0, hypervisor: 1, architecture: 2, initcall: 3 } as const;

type AskFact = World['fact'];

/** Callers above one another that are looked at. */
const MAX_CLIMB = 6;

/** What a function pointer at file level points to in a running guest; null where only its initialiser is ever stored. */
export function installedHook(names: Names, world: World, pointer: GlobalRef): Value | null {
  if (pointer.isStatic) return null;
  const words = [pointer.name, ...storersOf(names.program, pointer)];
  const place = `@${pointer.name}`;
  return afterBoot(names, world, words, place, (run) => {
    const { init } = pointer;
    return init === null ? unknownValue(pointer.name) : run.inFile(pointer.file, () => evaluate(run, init));
  });
}

/** Whether the platform has promised `name` at boot: 1, 0, or not known. */
export function promisedAtBoot(names: Names, world: World, name: string): Value {
  const { program } = names;
  const inHeaders = names.bootFiles([name]).filter((file) => /\.h$/.test(file));
  const wrappers = inHeaders.flatMap((file) => functionsMentioning(program, file, name));
  for (const fn of wrappers) names.beyond.set(fn.name, fn);
  const words = [name, ...wrappers.map((fn) => fn.name)];
  return afterBoot(names, world, words, `platform.${name}`, () => int(0, 32)) ?? int(0, 32);
}

/** Runs the boot code that mentions one of the words, and reads what the place holds then. */
function afterBoot(
  names: Names,
  world: World,
  words: readonly string[],
  place: string,
  first: (run: Run) => Value,
): Value | null {
  // Boot code is asked about one place; others hold what they held before.
  const run = new Run(names, { ...world, hook: () => null, promise: () => int(0, 32) });
  run.loaded.add(place);
  run.state.initial.set(place, first(run));
  for (const { fn, when } of bootSteps(names, words, world.fact)) {
    const boot = (): void => {
      const { isCut, value } = runFunction(run, fn, []);
      if (isCut && value.kind === 'unknown') run.write(place, value, place);
    };
    run.branch(
      when,
      boot,
      () => undefined,
      () => undefined,
    );
  }
  return run.read(place);
}

/** Functions of headers and of the virtio core that store to the pointer: `virtio_set_mem_acc_cb()`. */
function storersOf(program: Program, pointer: GlobalRef): readonly string[] {
  return program.ledger.answer('storers', pointer.name, () => findStorers(program, pointer));
}

function findStorers(program: Program, { name, file: own }: GlobalRef): readonly string[] {
  const near = [own, ...program.includesOf(own)];
  const files = near.filter((file) => program.holdsText(file, name));
  return files.flatMap((file) =>
    functionsMentioning(program, file, name)
      .filter((fn) => stores(fn, name))
      .map((fn) => fn.name),
  );
}

function functionsMentioning(program: Program, file: string, name: string): FunctionRef[] {
  return program
    .chunksMentioning(file, name)
    .flatMap((chunk) => [...(program.chunkFacts({ file, chunk })?.functions ?? [])]);
}

function stores(fn: FunctionRef, name: string): boolean {
  let isStored = false;
  for (const { body } of fn.variants) {
    walk(body, (node) => {
      if (node.kind === 'assign' && node.target.kind === 'name' && node.target.name === name) isStored = true;
    });
  }
  return isStored;
}

// ---- which code runs ---------------------------------------------------------------------------------------

/** In the order of boot, and those of one stage by file and place. */
function bootSteps(names: Names, words: readonly string[], fact: AskFact): BootStep[] {
  const { program } = names;
  const steps = new Map<string, BootStep>();
  for (const file of names.bootFiles(words)) {
    if (/\.h$/.test(file)) continue;
    for (const fn of words.flatMap((word) => functionsMentioning(program, file, word))) {
      if (names.compiled([fn], fn.name) === null) continue;
      for (const step of entriesOf(program, fn, fact, MAX_CLIMB))
        steps.set(`${step.fn.file}:${step.fn.start}`, step);
    }
  }
  return [...steps.values()].sort((a, b) => a.stage - b.stage);
}

/**
 * The functions from which boot enters the code: callers in the same file are run in place of what they call. None for a
 * function that nothing in its file leads to, and nothing outside can.
 */
function entriesOf(program: Program, fn: FunctionRef, fact: AskFact, climb: number): BootStep[] {
  const only = entry(bootEntries, fn.name);
  if (only !== undefined) return [{ fn, when: fact(only.replace('()', ''), ''), stage: stages.entry }];
  if (climb === 0) return [{ fn, when: true, stage: stages.architecture }];
  if (isInitcall(program, fn)) return [{ fn, when: true, stage: stages.initcall }];
  // Its callers stand in files that are not read, assembly among them: setup_arch() calls mem_encrypt_setup_arch() (6.12).
  if (!fn.isStatic) return [{ fn, when: true, stage: stages.architecture }];
  const callers = program.callers(fn).flatMap(({ caller }) => (caller === null ? [] : [caller]));
  if (callers.length > 0) return callers.flatMap((caller) => entriesOf(program, caller, fact, climb - 1));
  return installed(program, fn, fact, climb);
}

/** `early_initcall(fn)` and other macros at file level that are given the function. */
function isInitcall(program: Program, { file, name }: FunctionRef): boolean {
  return program.chunksMentioning(file, name).some((chunk) => {
    const invocations = program.chunkFacts({ file, chunk })?.invocations ?? [];
    return invocations.some(({ macro }) => !/^EXPORT_/.test(macro));
  });
}

/** When a function that is kept in a table or field is called through it. */
function installed(program: Program, fn: FunctionRef, fact: AskFact, climb: number): BootStep[] {
  const uses = program.usesOf(fn);
  for (const use of uses) {
    if (use.kind !== 'field') continue;
    if (use.function !== null) {
      const [by] = entriesOf(program, use.function, fact, climb - 1);
      return by === undefined ? [] : [{ ...by, fn }];
    }
    const type = use.global === null ? null : hypervisorType(use.global);
    if (type === null) continue;
    const predicate = entry(hypervisorTypes, type);
    const when = predicate === undefined ? unknownValue(type) : fact(predicate.replace('()', ''), '');
    return [{ fn, when, stage: stages.hypervisor }];
  }
  return uses.length === 0 ? [] : [{ fn, when: true, stage: stages.architecture }];
}

/** `.type = X86_HYPER_XEN_HVM` of a table of set-up functions; null for other tables. */
function hypervisorType(table: GlobalRef): string | null {
  if (table.init?.kind !== 'init') return null;
  const item = table.init.items.find(
    ({ designators }) => designators.length === 1 && designators[0] === 'type',
  );
  return item?.value.kind === 'name' && /^X86_HYPER_/.test(item.value.name) ? item.value.name : null;
}
