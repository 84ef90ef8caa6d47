/** The driver of a class of devices in this tree: the `struct virtio_driver` whose id table names the class. */
import { deviceIds } from '@vringside/grammars/leaf-bindings';
import type { GlobalRef, Program } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import { walk } from '../../syntax/walk.js';

export interface Driver {
  readonly global: GlobalRef;
  /** The function stored as `.validate`; null for none. */
  readonly validate: string | null;
}

const memo = new WeakMap<Program, Map<string, Driver | null>>();

/** The driver of a class; null where the tree, as far as it is read, has none. */
export function driverOfClass(program: Program, deviceClass: string): Driver | null {
  let known = memo.get(program);
  if (known === undefined) {
    known = new Map();
    memo.set(program, known);
  }
  let driver = known.get(deviceClass);
  if (driver === undefined) {
    driver = findDriver(program, deviceIds[deviceClass] ?? []);
    known.set(deviceClass, driver);
  }
  return driver;
}

function findDriver(program: Program, ids: readonly string[]): Driver | null {
  for (const id of ids) {
    for (const { file, chunk } of program.mentions(id)) {
      if (/^(?:tools|samples)\/|\.h$/.test(file)) continue;
      const tables = (program.chunkFacts({ file, chunk })?.globals ?? [])
        .filter((g) => g.init !== null && mentions(g.init, id))
        .map((g) => g.name);
      const found = driversIn(program, file).find(({ global }) => {
        const table = slot(global.init, 'id_table');
        return table?.kind === 'name' && tables.includes(table.name);
      });
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** The drivers a file defines, in source order. */
export function driversIn(program: Program, file: string): Driver[] {
  return program
    .chunksMentioning(file, 'virtio_driver')
    .flatMap((chunk) => program.chunkFacts({ file, chunk })?.globals ?? [])
    .filter((g) => g.type.base === 'struct virtio_driver' && g.type.pointers === 0 && g.init?.kind === 'init')
    .map((global) => {
      const validate = slot(global.init, 'validate');
      return {
        global,
        validate: validate?.kind === 'name' && validate.name !== 'NULL' ? validate.name : null,
      };
    });
}

function slot(init: Expr | null, name: string): Expr | null {
  if (init?.kind !== 'init') return null;
  return (
    init.items.find(({ designators }) => designators.length === 1 && designators[0] === name)?.value ?? null
  );
}

function mentions(expr: Expr, name: string): boolean {
  let isFound = false;
  walk([expr], (node) => {
    if (node.kind === 'name' && node.name === name) isFound = true;
  });
  return isFound;
}
