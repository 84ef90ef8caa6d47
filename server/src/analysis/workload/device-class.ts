/** The class of devices a file's driver is for. */
import { deviceIds } from '@vringside/grammars/leaf-bindings';
import type { DeviceClass } from '../../model/index.js';
import type { Program } from '../../program/index.js';
import { folderOf } from '../sites/roles.js';

/** By the id table in the file, or in another file of its folder; null where none, or several, are named. */
export function classOf(program: Program, file: string): DeviceClass | null {
  return program.ledger.answer('device class', file, () => findClass(program, file));
}

function findClass(program: Program, file: string): DeviceClass | null {
  const own = classesWhere((id) => program.chunksMentioning(file, id).length > 0);
  if (own.length > 0) return only(own);
  const folder = folderOf(file);
  // Other drivers of `drivers/virtio` are no part of this one.
  if (program.chunksMentioning(file, 'virtio_driver').length > 0 || folder === 'drivers/virtio') return null;
  return only(
    classesWhere((id) =>
      program.mentions(id).some((place) => place.file.endsWith('.c') && folderOf(place.file) === folder),
    ),
  );
}

function classesWhere(isNamed: (id: string) => boolean): readonly DeviceClass[] {
  return (Object.keys(deviceIds) as DeviceClass[]).filter((name) => (deviceIds[name] ?? []).some(isNamed));
}

function only(classes: readonly DeviceClass[]): DeviceClass | null {
  return classes.length === 1 ? (classes[0] ?? null) : null;
}
