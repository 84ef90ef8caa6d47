/**
 * How fast the simulation is, in descriptors a second on one core: `node test/tools/run.mjs simulation-speed`. `warm`: a run
 * of 2000 requests after as many that warm the machine up; `cold`: the first run of a process. Medians with the least and the
 * most.
 */
import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { swiotlbOf } from '../../server/src/model/bounce/pool.js';
import { costParameters } from '../../server/src/model/cost/index.js';
import { costsOf, type SimulationRequest, simulate } from '../../server/src/model/simulation/index.js';

const WARM_ROUNDS = 40;
const COLD_ROUNDS = 9;
const REQUESTS = 2000;

interface Case {
  readonly name: string;
  readonly segments: readonly number[];
  readonly more?: Partial<SimulationRequest>;
}

const cases: readonly Case[] = [
  { name: '4 KiB reads, 4 descriptors', segments: [4096] },
  {
    name: '4 KiB reads, polled',
    segments: [4096],
    more: { completion: 'poll', idle: { guest: 'poll', device: 'poll' } },
  },
  { name: '16 KiB reads in pages, 7 descriptors', segments: Array(4).fill(4096) },
  { name: '64 KiB reads in pages, 19 descriptors', segments: Array(16).fill(4096) },
  {
    name: '64 KiB reads in pages, packed ring',
    segments: Array(16).fill(4096),
    more: { ring: { layout: 'packed', indirect: true, eventIdx: true } },
  },
  {
    name: '64 KiB reads in pages, 4 CPUs, one area',
    segments: Array(16).fill(4096),
    more: { cpus: 4, queues: 4 },
  },
  { name: '256 KiB reads in one piece: 128 slots', segments: [262_144], more: { depth: 16 } },
  {
    name: '1 MiB reads in four pieces: 128 slots each',
    segments: Array(4).fill(262_144),
    more: { depth: 8 },
  },
];

function requestOf({ segments, more }: Case): SimulationRequest {
  return {
    driver: {
      device: 'blk',
      pageSize: 4096,
      queueSize: 256,
      maxMapping: 262_144,
      release: 'v6.12',
      receiveBuffers: 'mergeable',
      mtu: null,
      controller: null,
    },
    pool: { slots: 32_768, areas: 1, mechanics: swiotlbOf('v6.12') },
    ring: { layout: 'split', indirect: true, eventIdx: true },
    requests: [{ op: 'read', segments, count: 1 }],
    depth: 32,
    queues: 1,
    cpus: 1,
    idle: { guest: 'halt', device: 'halt' },
    costs: costsOf('sev-snp', costParameters, 'mid'),
    stopAfter: REQUESTS,
    stopsWhenSteady: false,
    ...more,
  };
}

/** Millions of descriptors a second of one run. */
function speedOf(request: SimulationRequest): number {
  const start = performance.now();
  const { counts } = simulate(request);
  return counts.descriptors / (performance.now() - start) / 1000;
}

function print(what: string, samples: readonly number[]): void {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (index: number): string => (sorted[index] ?? Number.NaN).toFixed(2);
  const median = at(Math.floor(sorted.length / 2));
  console.log(`${what.padEnd(54)} ${median.padStart(6)} M/s  (${at(0)}-${at(sorted.length - 1)})`);
}

const [what, number] = process.argv.slice(2);
if (what === 'cold') {
  const chosen = cases[Number(number)];
  if (chosen !== undefined) console.log(speedOf(requestOf(chosen)));
} else {
  console.log(`load ${loadavg()[0]?.toFixed(2)}`);
  cases.forEach((one, i) => {
    const request = requestOf(one);
    for (let n = 0; n < WARM_ROUNDS; n += 1) speedOf(request);
    print(
      `warm: ${one.name}`,
      Array.from({ length: WARM_ROUNDS }, () => speedOf(request)),
    );
    const { steady, ns } = { steady: simulate({ ...request, stopsWhenSteady: true }), ns: performance.now() };
    simulate({ ...request, stopsWhenSteady: true });
    console.log(
      `      to the answer: ${(performance.now() - ns).toFixed(2)} ms, ${steady.ending} after ${steady.completed}, ${steady.requestsPerSecond}/s`,
    );
    const child = [process.argv[1] ?? '', 'cold', String(i)];
    const cold = Array.from({ length: COLD_ROUNDS }, () =>
      Number(execFileSync(process.execPath, child).toString()),
    );
    print(`cold: ${one.name}`, cold);
  });
}
