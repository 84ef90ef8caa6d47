/**
 * What the tree stores in a function pointer at file level: `virtio_check_mem_acc_cb`, which the code of architectures and
 * hypervisors sets at boot through a function made for it.
 */
import { bootFolders } from '@vringside/grammars/leaf-bindings';
import { type FunctionRef, functionNames, type GlobalRef, type Program } from '../program/index.js';
import { walk } from '../syntax/walk.js';

/** The functions the pointer may hold, its initial one first, each once. */
export function hookFunctions(program: Program, pointer: GlobalRef): readonly FunctionRef[] {
  const { file, init } = pointer;
  const own = init === null ? [] : functionNames(init).map((fn) => ({ name: fn, file }));
  const setters = settersOf(program, pointer);
  const given = setters.flatMap(({ fn, parameter }) => argumentsOf(program, fn.name, parameter));
  const wanted = [...own, ...storedBy(program, pointer), ...given];
  const near = wanted.map(({ name, file }) => ({ name, functions: program.functionsNamed(name, file) }));
  // Defined in a folder of which nothing was selected: Xen's is one for all architectures.
  const beyond = near.flatMap(({ name, functions }) => (functions.length === 0 ? [name] : []));
  const found = new Map<string, FunctionRef>();
  for (const fn of [
    ...near.flatMap(({ functions }) => functions),
    ...program.functionsBelow(beyond, bootCode),
  ])
    found.set(`${fn.file}\0${fn.start}`, fn);
  return [...found.values()];
}

const bootCode: readonly string[] = ['arch', ...bootFolders];

interface NamedIn {
  readonly name: string;
  readonly file: string;
}

/** Stored by its name: `hook = function;`. */
function storedBy(program: Program, pointer: GlobalRef): NamedIn[] {
  return program
    .variableAssignments(pointer)
    .flatMap(({ file, value }) =>
      value === null ? [] : functionNames(value).map((name) => ({ name, file })),
    );
}

interface Setter {
  readonly fn: FunctionRef;
  readonly parameter: number;
}

/** Functions that store what they are given: `virtio_set_mem_acc_cb(func)`. */
function settersOf(program: Program, { name, file: own }: GlobalRef): Setter[] {
  const files = new Set([own, ...program.includesOf(own), ...program.mentions(name).map(({ file }) => file)]);
  return [...files].flatMap((file) =>
    program
      .chunksMentioning(file, name)
      .flatMap((chunk) => program.chunkFacts({ file, chunk })?.functions ?? [])
      .flatMap((fn) => {
        const parameter = parameterStored(fn, name);
        return parameter < 0 ? [] : [{ fn, parameter }];
      }),
  );
}

function parameterStored(fn: FunctionRef, variable: string): number {
  let index = -1;
  for (const { body } of fn.variants) {
    walk(body, (node) => {
      if (node.kind !== 'assign' || node.target.kind !== 'name' || node.target.name !== variable) return;
      const { value } = node;
      if (value.kind === 'name') index = fn.params.findIndex((param) => param.name === value.name);
    });
  }
  return index;
}

/** The functions given to calls of the setter, in code that runs at boot. */
function argumentsOf(program: Program, setter: string, parameter: number): NamedIn[] {
  const files = new Set([
    ...program.filesMentioning([setter], bootCode),
    ...program.mentions(setter).map(({ file }) => file),
  ]);
  return [...files].sort().flatMap((file) =>
    program
      .chunksMentioning(file, setter)
      .flatMap((chunk) => program.chunkFacts({ file, chunk })?.functions ?? [])
      .flatMap(({ variants }) => {
        const names: NamedIn[] = [];
        for (const { body } of variants) {
          walk(body, (node) => {
            const isCall = node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === setter;
            const given = isCall ? node.args[parameter] : undefined;
            if (given !== undefined) for (const name of functionNames(given)) names.push({ name, file });
          });
        }
        return names;
      }),
  );
}
