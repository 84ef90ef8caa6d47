/** The driver of a class of devices in this tree: the `struct virtio_driver` whose id table names the class. */
import { deviceIds, deviceNumbers, driverFiles } from '@vringside/grammars/leaf-bindings';
import type { GlobalRef, Program } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import { walk } from '../../syntax/walk.js';

export interface Driver {
  readonly global: GlobalRef;
  /** The function stored as `.validate`; null for none. */
  readonly validate: string | null;
}

/** The driver of a class; null where the tree, as far as it is read, has none. */
export function driverOfClass(program: Program, deviceClass: string): Driver | null {
  return program.ledger.answer(
    'driver of class',
    deviceClass,
    () => findDriver(program, deviceClass),
    undefined,
    { isSame: (a, b) => a?.global === b?.global },
  );
}

/** Among the selected files first; then where the kernel keeps it, which is read whatever part of the tree was asked for. */
function findDriver(program: Program, deviceClass: string): Driver | null {
  const usual = driverFiles[deviceClass];
  for (const id of deviceIds[deviceClass] ?? []) {
    const selected = program.mentions(id).filter(({ file }) => !/^(?:tools|samples)\/|\.h$/.test(file));
    const files = new Set([...selected.map(({ file }) => file), ...(usual === undefined ? [] : [usual])]);
    for (const file of files) {
      const found = driverIn(program, file, id);
      if (found !== null) return found;
    }
  }
  return null;
}

function driverIn(program: Program, file: string, id: string): Driver | null {
  const tables = program
    .chunksMentioning(file, id)
    .flatMap((chunk) => program.chunkFacts({ file, chunk })?.globals ?? [])
    .filter((g) => g.init !== null && mentions(g.init, id))
    .map((g) => g.name);
  const found = driversIn(program, file).find(({ global }) => {
    const table = slot(global.init, 'id_table');
    return table?.kind === 'name' && tables.includes(table.name);
  });
  return found ?? null;
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

/**
 * The number of the kind of device: that in the id table of the driver under review, else that of the class. Null where a
 * driver serves several kinds, or the class is none of virtio.
 */
export function kindOf(program: Program, own: Driver | null, deviceClass: string): number | null {
  const ids = own === null ? (deviceIds[deviceClass] ?? []) : idsOf(program, own);
  const [id, ...others] = ids;
  return id === undefined || others.length > 0 ? null : (deviceNumbers[id] ?? null);
}

function idsOf(program: Program, { global: { file, init } }: Driver): readonly string[] {
  const table = slot(init, 'id_table');
  const list = table?.kind === 'name' ? program.global(table.name, file)?.init : null;
  const ids: string[] = [];
  if (list)
    walk([list], (node) => {
      if (node.kind === 'name' && node.name.startsWith('VIRTIO_ID_')) ids.push(node.name);
    });
  return ids;
}

/** What an initialiser list stores as `.name`. */
export function slot(init: Expr | null, name: string): Expr | null {
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
