/**
 * How fast the closed-form layers are: `node test/tools/run.mjs throughput-speed`. Medians with the least and the most,
 * each from rounds after as many that warm the machine up; what throughput adds to a driver's analysis, in milliseconds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Workload, workloadsOf } from '../../server/src/analysis/index.js';
import { usualRatio, workloadRatio } from '../../server/src/analysis/throughput/index.js';
import { costParameters, estimate, usualBackend } from '../../server/src/model/cost/index.js';
import { builtinPolicy, platformIds } from '../../server/src/model/index.js';
import { type Guest, guestRun, type Load, throughputOf } from '../../server/src/model/throughput/index.js';
import { createProgram } from '../../server/src/program/index.js';
import { createKernelParser } from '../../server/src/syntax/index.js';
import { Random } from '../fuzz/random.js';
import { kernelTree } from '../support/kernel-tree.js';
import { randomWorkload } from '../unit/model/cost/workloads.js';

const ROUNDS = 200;

function print(what: string, unit: string, samples: readonly number[], digits: number): void {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(digits);
  console.log(
    `${what.padEnd(62)} ${`${at(0.5)} ${unit}`.padStart(10)}  (${at(0)}-${at(1)}, p95 ${at(0.95)})`,
  );
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function warm(run: () => void): number[] {
  for (let i = 0; i < ROUNDS; i += 1) run();
  return Array.from({ length: ROUNDS }, () => timed(run));
}

// ---- the default matrix

const load: Load = {
  op: 'read',
  bytes: 4096,
  depth: 32,
  queues: 1,
  cpus: 1,
  ring: 'split',
  ringSize: 256,
  pool: null,
  memoryBytes: 16 * 2 ** 30,
  backend: usualBackend('blk'),
  idle: 'halt',
  completion: 'interrupt',
};

const policies = ['v5.4', 'rampai-2019', 'v6.12'].map((id) => {
  const policy = builtinPolicy(id);
  if (policy === null) throw new RangeError(`no policy ${id}`);
  return policy;
});
const guests = platformIds.flatMap((platform) =>
  (['flag', 'no-flag'] as const).flatMap((device) =>
    policies.map((policy): Guest => ({ platform, device, deviceClass: 'blk', policy })),
  ),
);
const runs = guests.map((guest) => ({ guest, run: guestRun(guest) }));
const matrix = (): void => {
  for (const { guest, run } of runs) throughputOf(guest, run, load, costParameters);
};
const cold = timed(matrix);
console.log(`counts and bounds of ${guests.length} cells, first time of the process: ${cold.toFixed(2)} ms`);
print(`counts and bounds of ${guests.length} cells, warm`, 'ms', warm(matrix), 3);

const random = Array.from({ length: 1000 }, (_, stream) => randomWorkload(new Random(1, stream)));
print(
  'one estimate, of 1000 random workloads',
  'us',
  warm(() => {
    for (const w of random) estimate(w, costParameters);
  }),
  2,
);

// ---- real drivers

function driversOf(tree: string): readonly string[] {
  const list = readFileSync(join(tree, 'drivers/virtio/Makefile'), 'utf8');
  const named = [...list.matchAll(/\b(virtio[\w-]*|virtio_ring)\.o\b/g)].map(
    ([, name]) => `drivers/virtio/${name}.c`,
  );
  return [...new Set([...named, 'drivers/net/virtio_net.c', 'drivers/block/virtio_blk.c'])];
}

/** Platforms that bounce under the newest policy: those a site's throughput is worked out for. */
const bounced = runs.filter(({ guest, run }) => guest.policy.id === 'v6.12' && run.outcome === 'bounced');
const platforms = [...new Set(bounced.map(({ guest }) => guest.platform))];

/** All that throughput adds to a file: each workload on each platform, and a usual request on each. */
function ratiosOf(workloads: readonly Workload[]): void {
  for (const platform of platforms) {
    usualRatio(platform);
    for (const workload of workloads) workloadRatio(platform, workload);
  }
}

const tree = kernelTree('6.12');
if (tree !== null) {
  const files = driversOf(tree).flatMap((file): [string, string][] => {
    try {
      return [[file, readFileSync(join(tree, file), 'utf8')]];
    } catch {
      return [];
    }
  });
  const program = createProgram({
    tree: { root: tree, version: null },
    files: new Map(files),
    parser: await createKernelParser(),
  });
  const { workloads } = workloadsOf(
    program,
    files.map(([file]) => file),
  );
  const byFile = files
    .map(([file]) => workloads.filter((workload) => workload.file === file))
    .filter((own) => own.length > 0);
  const first = byFile.map((own) => timed(() => ratiosOf(own)));
  print(`throughput of a driver's file, first time, ${byFile.length} files`, 'ms', first, 2);
  for (const own of byFile)
    print(
      `  ${own[0]?.file}: ${own.length} workloads, ${platforms.length} platforms`,
      'ms',
      warm(() => ratiosOf(own)).slice(0, 50),
      3,
    );
}
