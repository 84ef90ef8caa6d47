/**
 * How fast the model is, and what outcomes add to `sites` (as built in server/dist): `node test/tools/run.mjs model-speed`. Medians with the least and the most, each figure from
 * runs after the same number of runs that warm the machine up.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import {
  builtinPolicy,
  deviceOf,
  type RequestSpec,
  runMatrix,
  runScenario,
  scenarioOf,
  Trace,
} from '../../server/src/model/index.js';
import { kernelTree } from '../support/kernel-tree.js';
import { checkoutRoot } from '../support/tracked-files.js';

const ROUNDS = 60;

function spread(samples: readonly number[]): { median: number; min: number; max: number } {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) };
}

function print(what: string, unit: string, samples: readonly number[], digits: number): void {
  const { median, min, max } = spread(samples);
  const [a, b, c] = [median, min, max].map((n) => n.toFixed(digits));
  console.log(`${what.padEnd(58)} ${`${a} ${unit}`.padStart(10)}  (${b}-${c})`);
}

function measured(once: () => number): number[] {
  for (let i = 0; i < ROUNDS; i += 1) once();
  return Array.from({ length: ROUNDS }, once);
}

function policyOf(id: string): NonNullable<ReturnType<typeof builtinPolicy>> {
  const policy = builtinPolicy(id);
  if (policy === null) throw new RangeError(`no policy ${id}`);
  return policy;
}

const policies = [policyOf('v6.12')];

const cold = performance.now();
const { cells } = runMatrix({ policies });
console.log(
  `default matrix, one policy, first time of the process, ${cells.length} cells`.padEnd(58),
  `${(performance.now() - cold).toFixed(2)} ms`.padStart(10),
);

const warm = measured(() => {
  const start = performance.now();
  runMatrix({ policies });
  return performance.now() - start;
});
print(`default matrix, one policy, warm`, 'ms', warm, 2);

/** Millions of steps a second of one request shape, payload moved and compared. */
function stepsASecond(requests: readonly RequestSpec[], layout: 'split' | 'packed'): number {
  const trace = new Trace();
  const scenario = {
    ...scenarioOf('sev-snp', deviceOf('flag'), 'v6.12', 'blk'),
    queue: { layout },
    requests,
  };
  const start = performance.now();
  runScenario(scenario, { trace });
  return trace.steps / (performance.now() - start) / 1000;
}

const shapes: readonly (readonly [string, RequestSpec, 'split' | 'packed'])[] = [
  [
    'steps: 512-byte writes, split ring',
    { op: 'write', segments: [512], count: 2000, inFlight: 32 },
    'split',
  ],
  [
    'steps: 512-byte writes, packed ring',
    { op: 'write', segments: [512], count: 2000, inFlight: 32 },
    'packed',
  ],
  ['steps: 4 KiB reads, split ring', { op: 'read', segments: [4096], count: 2000, inFlight: 32 }, 'split'],
  [
    'steps: 64 KiB reads in 16 pages, split ring',
    { op: 'read', segments: Array(16).fill(4096), count: 200, inFlight: 8 },
    'split',
  ],
];
for (const [what, request, layout] of shapes) {
  print(
    what,
    'M/s',
    measured(() => stepsASecond([request], layout)),
    2,
  );
}

/** What outcomes add to the time of `sites drivers/virtio`, in per cent of the rest. */
function added(tree: string): number {
  const program = join(checkoutRoot, 'server', 'bin', 'vringside.js');
  const args = ['sites', '--no-cache', '--timings', '--format', 'json', 'drivers/virtio'];
  const out = execFileSync(process.execPath, [program, ...args], { cwd: tree, maxBuffer: 2 ** 28 });
  const { outcomes = 0, ...others }: Record<string, number> = JSON.parse(out.toString()).timings;
  return (100 * outcomes) / Object.values(others).reduce((a, b) => a + b, 0);
}

const tree = kernelTree('6.12');
if (tree !== null) {
  added(tree);
  print(
    'outcomes, of the rest of `sites drivers/virtio`',
    '%',
    Array.from({ length: 9 }, () => added(tree)),
    1,
  );
}
