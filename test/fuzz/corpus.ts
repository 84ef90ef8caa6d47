/** The sources that inputs are made from: real kernel files where a tree is there, and our own fixtures always. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { decodeSource } from '../../server/src/text/decode.js';
import { fixtureFolders, fixturesIn, loadFixture } from '../support/fixture-files.js';
import { kernelTree } from '../support/kernel-tree.js';

export interface CorpusFile {
  /** Relative to its tree. */
  readonly path: string;
  readonly text: string;
}

export interface Corpus {
  readonly files: readonly CorpusFile[];
  /** Small sets of files that name each other, for the whole analysis. */
  readonly sets: readonly (readonly CorpusFile[])[];
  /** The same for the same files: with the seed it says which inputs were made. */
  readonly digest: string;
  readonly hasKernel: boolean;
}

/** Taken whole: what the product is about. */
const subjectFolders = [
  'drivers/virtio',
  'drivers/vhost',
  'drivers/gpu/drm/virtio',
  'kernel/dma',
  'net/vmw_vsock',
];
const subjectFiles = [
  'drivers/net/virtio_net.c',
  'drivers/block/virtio_blk.c',
  'drivers/char/virtio_console.c',
  'drivers/crypto/virtio/virtio_crypto_core.c',
  'drivers/iommu/virtio-iommu.c',
  'drivers/vdpa/vdpa_user/vduse_dev.c',
  'include/linux/virtio.h',
  'include/linux/virtio_config.h',
  'include/linux/virtio_ring.h',
  'include/uapi/linux/virtio_ring.h',
  'include/uapi/linux/virtio_config.h',
];
/** A sample of these: other dialects of the same language. */
const otherFolders = [
  'kernel',
  'mm',
  'fs',
  'arch/x86',
  'arch/s390',
  'arch/powerpc',
  'lib',
  'sound',
  'net',
  'tools',
];
const OTHERS_A_FOLDER = 12;
const LARGEST_FILE = 400_000;

export function loadCorpus(): Corpus {
  const root = kernelTree('6.12');
  const sets = fixtureSets();
  const kernel = root === null ? [] : kernelFiles(root);
  const files = [...kernel, ...sets.flat()];
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file.path}\0${file.text}\0`);
  return { files, sets, digest: hash.digest('hex').slice(0, 12), hasKernel: root !== null };
}

function fixtureSets(): readonly (readonly CorpusFile[])[] {
  return Object.keys(fixtureFolders).flatMap((folder) =>
    fixturesIn(folder).map((name) =>
      [...loadFixture(folder, name).files].map(([path, text]) => ({ path, text })),
    ),
  );
}

function kernelFiles(root: string): readonly CorpusFile[] {
  const paths = [
    ...subjectFolders.flatMap((folder) => sourcesIn(root, folder, false)),
    ...subjectFiles,
    ...otherFolders.flatMap((folder) => sample(sourcesIn(root, folder, true))),
  ];
  return [...new Set(paths)].sort().flatMap((path) => {
    const full = join(root, path);
    if (statSync(full).size > LARGEST_FILE) return [];
    const decoded = decodeSource(readFileSync(full));
    return 'text' in decoded ? [{ path, text: decoded.text }] : [];
  });
}

function sourcesIn(root: string, folder: string, isRecursive: boolean): readonly string[] {
  return readdirSync(join(root, folder), { recursive: isRecursive })
    .map((name) =>
      relative(root, join(root, folder, String(name)))
        .split(sep)
        .join('/'),
    )
    .filter((path) => /\.[ch]$/.test(path))
    .sort();
}

/** Spread over the list. */
function sample(paths: readonly string[]): readonly string[] {
  const step = Math.max(1, Math.floor(paths.length / OTHERS_A_FOLDER));
  return paths.filter((_, index) => index % step === 0).slice(0, OTHERS_A_FOLDER);
}
