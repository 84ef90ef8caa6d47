/** Terms against sums made by hand, of workloads small enough for it. */
import { describe, expect, it } from 'vitest';
import {
  bounceCost,
  costParameters,
  estimate,
  exactly,
  type Term,
  type Workload,
} from '../../../../server/src/model/cost/index.js';
import { Random } from '../../../fuzz/random.js';
import { randomWorkload } from './workloads.js';

const { machine, platforms } = costParameters;
const GUEST = 1000;
const SERVICE = 5000;
const BUSY = 700;

/** A closed loop that waits for nothing but its device: no interrupt, no wake-up. */
const simple: Workload = {
  ...randomWorkload(new Random(1, 1)),
  platform: 'sev-snp',
  mappings: [{ bytes: 4096, deviceWrites: true }],
  isBounced: true,
  slotsPerRequest: 2,
  payloadBytes: 4096,
  depth: 1,
  queues: 1,
  cpus: 1,
  ring: 'split',
  ringEntries: 1,
  ringSize: 256,
  pool: { slots: 32_768, areas: 1, atRest: 0 },
  loop: 'closed',
  completion: 'poll',
  idle: 'poll',
  mapsUnderQueueLock: true,
  guest: { requestNs: exactly(GUEST), nsPerByte: exactly(0), evidence: 'measured', source: 'test' },
  backend: {
    id: 'test',
    name: 'test',
    serviceNs: exactly(SERVICE),
    busyNs: exactly(BUSY),
    busyNsPerByte: exactly(0),
    workers: 1,
    isConcurrent: true,
    sharesMemory: false,
    polls: true,
    exits: 0,
    evidence: 'measured',
    source: 'test',
  },
};
const bounce = bounceCost(simple.mappings, machine, platforms['sev-snp']);

/** Nanoseconds a request of one term, at the best guess. */
function nsOf(w: Workload, term: Term): number {
  const found = estimate(w, costParameters).terms.find((t) => t.term === term);
  return found === undefined ? 0 : 1e9 / found.perSecond.mid;
}

describe('the time of a term', () => {
  it('latency: guest, device and bounce, shared by what is in flight', () => {
    const alone = GUEST + SERVICE + bounce.totalNs.mid;
    expect(nsOf(simple, 'latency')).toBeCloseTo(alone, 6);
    expect(nsOf({ ...simple, depth: 4, queues: 2 }, 'latency')).toBeCloseTo(alone / 8, 6);
    expect(nsOf({ ...simple, loop: 'stream' }, 'latency')).toBe(0);
  });

  it('latency: of an exit only the way out; the CPU has both ways', () => {
    const asleep = { ...simple, backend: { ...simple.backend, polls: false } };
    const kick = platforms['sev-snp'].kickNs.mid;
    expect(nsOf(asleep, 'latency') - nsOf(simple, 'latency')).toBeCloseTo(kick / 2, 6);
    expect(nsOf(asleep, 'guest CPU') - nsOf(simple, 'guest CPU')).toBeCloseTo(kick, 6);
  });

  it('latency: an interrupt that finds the CPU halted is waited for', () => {
    const halting = { ...simple, completion: 'interrupt', idle: 'halt' } as const;
    const woken = machine.interruptNs.mid + machine.haltNs.mid + platforms['sev-snp'].interruptWakeNs.mid;
    expect(nsOf(halting, 'latency') - nsOf(simple, 'latency')).toBeCloseTo(woken, 6);
  });

  it('pool: as many at a time as there is room for', () => {
    const w = { ...simple, depth: 64, slotsPerRequest: 10, pool: { slots: 39, areas: 1, atRest: 4 } };
    expect(nsOf(w, 'pool')).toBeCloseTo((GUEST + SERVICE + bounce.totalNs.mid) / 3, 0);
    expect(nsOf({ ...w, depth: 3 }, 'pool')).toBe(0);
  });

  it('guest CPU: shared by the CPUs; device: by its workers, at most one a queue', () => {
    expect(nsOf({ ...simple, cpus: 2, queues: 2 }, 'guest CPU')).toBeCloseTo(
      (GUEST + bounce.totalNs.mid) / 2,
      6,
    );
    const devices = (workers: number, queues: number): number =>
      nsOf({ ...simple, queues, backend: { ...simple.backend, workers } }, 'device');
    expect([devices(1, 4), devices(2, 4), devices(Infinity, 4)]).toEqual(
      [BUSY, BUSY / 2, BUSY / 4].map((ns) => expect.closeTo(ns, 6)),
    );
  });

  it('ring: its entries at streaming speed, on each queue', () => {
    const streamNs = machine.rings.split.streamNs.mid;
    expect(nsOf({ ...simple, ringEntries: 3 }, 'ring')).toBeCloseTo(3 * streamNs, 6);
    expect(nsOf({ ...simple, ringEntries: 3, queues: 2 }, 'ring')).toBeCloseTo(1.5 * streamNs, 6);
  });

  it('locks: only where CPUs share them, and only of what is bounced', () => {
    const two = { ...simple, cpus: 2 };
    const handOver = machine.lockHandOverNs.mid;
    expect(nsOf(two, 'queue lock')).toBeCloseTo(bounce.totalNs.mid + handOver / 2, 6);
    expect(nsOf(two, 'pool lock')).toBeCloseTo(2 * handOver + bounce.slotNs.mid, 6);
    for (const w of [simple, { ...two, isBounced: false }])
      expect([nsOf(w, 'queue lock'), nsOf(w, 'pool lock')]).toEqual([0, 0]);
    expect(nsOf({ ...two, pool: { ...two.pool, areas: 2 } }, 'pool lock')).toBe(0);
    expect(nsOf({ ...two, queues: 2 }, 'queue lock')).toBe(0);
  });
});

describe('together', () => {
  const serial = { ...simple, depth: 1000, backend: { ...simple.backend, isConcurrent: false } };
  const nsTogether = (w: Workload): number => 1e9 / estimate(w, costParameters).requestsPerSecond.mid;

  it('a drive hides the shorter of the two; a thread that does one thing after another does not', () => {
    const [guest, device] = [nsOf(serial, 'guest CPU'), nsOf(serial, 'device')];
    expect(nsTogether(serial)).toBeCloseTo(Math.hypot(guest, device), 6);
    expect(nsTogether({ ...serial, backend: simple.backend })).toBeCloseTo(Math.max(guest, device), 6);
    expect(nsTogether({ ...serial, loop: 'stream' })).toBeCloseTo(Math.max(guest, device), 6);
  });

  it('the loss is the largest of what is added', () => {
    const lost = (w: Workload) => estimate(w, costParameters).loss;
    expect(lost(simple)).toBe('bounce copy');
    expect(lost({ ...simple, mappings: [{ bytes: 1, deviceWrites: false }] })).toBe('bounce slots');
    expect(lost({ ...simple, completion: 'interrupt', idle: 'halt' })).toBe('wake-ups');
    expect(lost({ ...simple, isBounced: false, backend: { ...simple.backend, polls: false } })).toBe('exits');
    expect(lost({ ...simple, isBounced: false })).toBeNull();
    expect(lost({ ...simple, cpus: 4 })).toBe('pool lock');
  });
});
