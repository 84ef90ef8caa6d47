/** What is measured: the same places of the same tree, asked of each tool. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkoutRoot } from '../support/tracked-files.js';
import type { Command } from './measure.js';
import { astGrepProgram } from './peers.js';

export interface Question {
  /** Of the result file, and to choose by `--only`. */
  readonly id: string;
  readonly scope: 'virtio' | 'subject' | 'drivers' | 'tree' | 'tree-cached' | 'doctor';
  readonly tool: string;
  readonly command: Command;
  /** As one would type it in the tree. */
  readonly written: string;
  readonly runs: number;
  /** Without the run that warms the page cache: for commands that run for minutes, over files read before. */
  readonly isOnce?: boolean;
}

const calls = [
  ...[
    'virt_to_phys',
    'virt_to_dma64',
    'virt_to_page',
    '__pa',
    'page_to_phys',
    'page_to_pfn',
    'sg_phys',
    'PFN_PHYS',
  ],
  ...['virt_to_bus', 'phys_to_dma', 'virtio_has_feature', '__virtio_test_bit', '__virtio_set_bit'],
  ...['__virtio_clear_bit', 'virtio_has_dma_quirk', 'virtio_has_iommu_quirk', 'vring_use_dma_api'],
  ...['virtio_cread_feature', 'vhost_has_feature', 'virtio_max_dma_size', 'virtio_features_ok'],
  ...['virtio_check_mem_acc_cb', 'xen_domain', 'use_dma_api'],
];
const words = `${calls.join('|')}|VIRTIO_([A-Z0-9]+_)?F_[A-Z0-9_]+|VHOST_F_[A-Z0-9_]+`;

const peers = join(checkoutRoot, 'test', 'bench', 'peers');
const jobs = 2;

/** `drivers/virtio`, and with it all drivers, vhost and vDPA. */
function subjectPaths(tree: string): readonly string[] {
  const found = execFileSync(
    'rg',
    [
      '-l',
      '-g',
      '*.c',
      '\\b(module_virtio_driver|register_virtio_driver)\\b',
      'arch',
      'drivers',
      'fs',
      'net',
      'sound',
    ],
    { cwd: tree, encoding: 'utf8' },
  );
  const drivers = found
    .trim()
    .split('\n')
    .filter((file) => !file.startsWith('drivers/virtio/'))
    // A driver in a folder of its own is more than the file that registers it.
    .map((file) => (dirname(file).endsWith('/virtio') ? dirname(file) : file));
  return ['drivers/virtio', 'drivers/vhost', 'drivers/vdpa', ...[...new Set(drivers)].sort()];
}

export function questions(tree: string): readonly Question[] {
  const virtio = ['drivers/virtio'];
  const subject = subjectPaths(tree);
  const cache = mkdtempSync(join(tmpdir(), 'vringside-bench-cache-'));
  return [
    ...['virtio', 'subject'].flatMap((scope): readonly Question[] => {
      const paths = scope === 'virtio' ? virtio : subject;
      const known = scope as Question['scope'];
      return [
        vringside(tree, known, paths, jobs),
        ripgrep(tree, known, paths, 5),
        astGrep(tree, known, paths, { runs: 5 }),
        spatch(tree, known, paths, { runs: 5, timeoutS: 420 }),
      ];
    }),
    vringside(tree, 'tree', ['.'], 1),
    vringside(tree, 'tree', ['.'], jobs),
    ripgrep(tree, 'tree', ['.'], 5),
    vringside(tree, 'tree-cached', ['.'], jobs, cache),
    doctor(tree, 'doctor-virtio', ['drivers/virtio', 'drivers/vhost', 'drivers/vdpa', 'kernel/dma'], 5),
    doctor(tree, 'doctor-tree', ['.'], 1),
    ripgrep(tree, 'drivers', ['drivers'], 5),
    vringside(tree, 'drivers', ['drivers'], jobs),
    astGrep(tree, 'drivers', ['drivers'], { runs: 1, timeoutS: 420 }),
    spatch(tree, 'drivers', ['drivers'], { runs: 1, timeoutS: 420 }),
  ];
}

const program = join(checkoutRoot, 'server', 'dist', 'cli.js');

function vringside(
  tree: string,
  scope: Question['scope'],
  paths: readonly string[],
  threads: number,
  cache: string | null = null,
): Question {
  const options = [
    'sites',
    '--format',
    'json',
    '--jobs',
    String(threads),
    ...(cache === null ? ['--no-cache'] : []),
  ];
  return {
    id: `${scope}-vringside-${threads}`,
    scope,
    tool: `vringside, ${threads === 1 ? 'one job' : `${threads} jobs`}`,
    written: `vringside ${options.join(' ')} ${shown(paths)}`,
    command: {
      argv: [process.execPath, program, ...options, ...paths],
      cwd: tree,
      ...(cache === null ? {} : { env: { XDG_CACHE_HOME: cache } }),
      count: (output) => (JSON.parse(output) as { sites: readonly unknown[] }).sites.length,
    },
    runs: 5,
  };
}

function doctor(tree: string, id: string, paths: readonly string[], runs: number): Question {
  const options = ['doctor', '--format', 'json', '--jobs', String(jobs)];
  return {
    id,
    scope: 'doctor',
    tool: `vringside doctor, ${jobs} jobs`,
    written: `vringside ${options.join(' ')} ${paths.join(' ')}`,
    command: {
      argv: [process.execPath, program, ...options, ...paths],
      cwd: tree,
      count: (output) => (JSON.parse(output) as { functions: number }).functions,
    },
    runs,
    isOnce: runs === 1,
  };
}

function ripgrep(tree: string, scope: Question['scope'], paths: readonly string[], runs: number): Question {
  const options = ['-n', '-w', '-t', 'c', '-j', String(jobs)];
  return {
    id: `${scope}-rg`,
    scope,
    tool: 'rg',
    written: `rg ${options.join(' ')} -e '${calls[0]}|...|VIRTIO_([A-Z0-9]+_)?F_[A-Z0-9_]+|...' ${shown(paths)}`,
    command: { argv: ['rg', ...options, '-e', words, ...paths], cwd: tree, count: lines },
    runs,
  };
}

interface Patience {
  readonly runs: number;
  readonly timeoutS?: number;
}

function astGrep(
  tree: string,
  scope: Question['scope'],
  paths: readonly string[],
  patience: Patience,
): Question {
  const options = ['scan', '--json=stream', '-j', String(jobs), '--rule'];
  const argv = [astGrepProgram(), ...options, join(peers, 'ast-grep.yml'), ...paths];
  return {
    id: `${scope}-ast-grep`,
    scope,
    tool: 'ast-grep',
    written: `ast-grep ${options.join(' ')} test/bench/peers/ast-grep.yml ${shown(paths)}`,
    command: { argv, cwd: tree, count: lines, ...limit(patience) },
    runs: patience.runs,
    isOnce: patience.runs === 1,
  };
}

function spatch(
  tree: string,
  scope: Question['scope'],
  paths: readonly string[],
  patience: Patience,
): Question {
  const options = ['--very-quiet', '--no-includes', '-D', 'report', '-j', String(jobs), '--sp-file'];
  // One `--dir` at a time is all it takes; files are named as they are.
  const files = execFileSync('find', [...paths, '-name', '*.c'], { cwd: tree, encoding: 'utf8' })
    .trim()
    .split('\n');
  const list = paths.length === 1 ? ['--dir', ...paths] : files;
  return {
    id: `${scope}-coccinelle`,
    scope,
    tool: 'coccinelle',
    written: `spatch ${options.join(' ')} test/bench/peers/sites.cocci ${paths.length === 1 ? `--dir ${paths[0]}` : 'FILES'}`,
    command: {
      argv: ['spatch', ...options, join(peers, 'sites.cocci'), ...list],
      cwd: tree,
      count: lines,
      ...limit(patience),
    },
    runs: patience.runs,
    isOnce: patience.runs === 1,
  };
}

function limit({ timeoutS }: Patience): Pick<Command, 'timeoutS'> {
  return timeoutS === undefined ? {} : { timeoutS };
}

function lines(output: string): number {
  return output.split('\n').length - 1;
}

function shown(paths: readonly string[]): string {
  return paths.length > 3 ? 'PATHS' : paths.join(' ');
}
