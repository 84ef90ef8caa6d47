/**
 * Which end of a virtqueue a file speaks for. The same expressions mean opposite things on the two ends: a guest's
 * transport that hands over a ring address bypasses the DMA API, a back end that takes one does its job.
 */

import type { Program } from '../../program/index.js';
import { relevantFacts } from '../linkage.js';

export type FileRole =
  /** A driver, a transport or the ring core in the guest. */
  | 'guest'
  /** The kernel's back end on the host: vhost, vringh. */
  | 'host'
  /** A vDPA parent: drives hardware on behalf of whoever owns the ring. */
  | 'parent'
  /** A device made of software on this machine: VDUSE, vdpa_sim. */
  | 'device'
  /** An implementation of the DMA API itself. */
  | 'dma-ops'
  /** Shares a format with virtio (a packet header, a feature name) but drives no queue; or a program that runs in user space. */
  | 'bystander';

/** Types that what drives a virtqueue, or makes one, cannot do without. */
const queueTypes = [
  'virtqueue',
  'virtio_device',
  'virtio_driver',
  'vring',
  'vring_desc',
  'vring_packed_desc',
  'vring_virtqueue',
];

/** Roles of all files of a program, from what the files define. */
export function fileRoles(program: Program): (file: string) => FileRole {
  const { ledger } = program;
  const folders = (): ReadonlyMap<string, 'parent' | 'device'> =>
    ledger.answer('parent folders', '', () => parentFolders(program));
  const queueFolders = (): ReadonlySet<string> =>
    ledger.answer('queue folders', '', () => foldersWithQueues(program));
  return (file) => ledger.answer('role', file, () => roleOf(program, file, folders(), queueFolders()));
}

function roleOf(
  program: Program,
  file: string,
  folders: ReadonlyMap<string, 'parent' | 'device'>,
  queueFolders: ReadonlySet<string>,
): FileRole {
  for (let dir = folderOf(file); dir !== ''; dir = folderOf(dir)) {
    const role = folders.get(dir);
    if (role !== undefined) return role;
  }
  if (isHostSide(program, file)) return 'host';
  if (definesTable(program, file, 'dma_map_ops')) return 'dma-ops';
  if (file.startsWith('tools/')) return 'bystander';
  return queueFolders.has(folderOf(file)) || ownHeadersSpeakOfQueues(program, file) ? 'guest' : 'bystander';
}

/** For a file looked at without the rest of its folder: what its driver's headers declare. */
function ownHeadersSpeakOfQueues(program: Program, file: string): boolean {
  const own = program.includesOf(file).filter((header) => !/(?:^|\/)include\//.test(header));
  return own.some((header) => queueTypes.some((name) => program.chunksMentioning(header, name).length > 0));
}

/** Folders one of whose files drives a virtqueue: a driver's other files belong to it. */
function foldersWithQueues(program: Program): ReadonlySet<string> {
  return new Set(queueTypes.flatMap((name) => program.mentions(name)).map((place) => folderOf(place.file)));
}

/** Folders of vDPA parents; a folder that only groups them (`mlx5/net` beside `mlx5/core`) counts as a whole. */
function parentFolders(program: Program): ReadonlyMap<string, 'parent' | 'device'> {
  const ownFiles = new Set(program.files.filter((f) => f.endsWith('.c')).map(folderOf));
  const folders = new Map<string, 'parent' | 'device'>();
  for (const file of filesMentioning(program, 'vdpa_config_ops')) {
    if (!definesTable(program, file, 'vdpa_config_ops')) continue;
    const folder = folderOf(file);
    const above = folderOf(folder);
    folders.set(ownFiles.has(above) || above === '' ? folder : above, 'parent');
  }
  for (const folder of folders.keys()) {
    const inside = program.files.filter((f) => f.startsWith(`${folder}/`));
    const isSoftware = inside.some(
      (f) =>
        definesTable(program, f, 'dma_map_ops') ||
        definesTable(program, f, 'virtio_map_ops') ||
        mentions(program, f, 'vringh_getdesc_iotlb'),
    );
    // A parent that serves only its control queue in software uses vringh too; a device serves data queues by it.
    if (
      isSoftware &&
      !inside.some((f) => mentions(program, f, 'pci_driver') || mentions(program, f, 'auxiliary_driver'))
    ) {
      folders.set(folder, 'device');
    }
  }
  return folders;
}

function isHostSide(program: Program, file: string): boolean {
  if (mentions(program, file, 'vhost_virtqueue') || mentions(program, file, 'vhost_dev')) return true;
  if (mentions(program, file, 'vhost_iotlb') && !mentions(program, file, 'virtio_driver')) return true;
  return false;
}

function definesTable(program: Program, file: string, record: string): boolean {
  if (!mentions(program, file, record)) return false;
  return relevantFacts(program, file).globals.some(
    (g) => g.type.base === `struct ${record}` && g.init !== null && g.type.pointers === 0,
  );
}

function filesMentioning(program: Program, name: string): string[] {
  return [...new Set(program.mentions(name).map((m) => m.file))];
}

function mentions(program: Program, file: string, name: string): boolean {
  return program.mentions(name).some((m) => m.file === file);
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}
