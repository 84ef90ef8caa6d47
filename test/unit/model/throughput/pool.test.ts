import { describe, expect, it } from 'vitest';
import { platformIds } from '../../../../server/src/model/index.js';
import { type PoolQuestion, poolDemand } from '../../../../server/src/model/throughput/index.js';
import { poolSizeOf } from '../../../../server/src/model/throughput/pool-size.js';
import { Random } from '../../../fuzz/random.js';

const GIB = 2 ** 30;

/** A network device alone, in a guest of two CPUs as those of test/oracle. */
const net: PoolQuestion = {
  platform: 'sev-snp',
  memoryBytes: GIB,
  cpus: 2,
  slots: null,
  queuePairs: 1,
  ringSize: 256,
  disks: 0,
  disk: { queues: 1, depth: 1, requestBytes: 4096 },
};

function ask(wish: Partial<PoolQuestion>) {
  return poolDemand({ ...net, ...wish });
}

describe('receive rings against the pool, as two real kernels had it (test/oracle)', () => {
  it('ring 1024, pool 2048: packets get through', () => {
    expect(ask({ ringSize: 1024, slots: 2048 })).toMatchObject({ first: null, slots: 2048, posted: 1024 });
    expect(ask({ ringSize: 1024, slots: 2048 }).verdict).not.toBe('fails');
  });

  it.each([1024, 512])('ring %i and a pool as large: nothing is left to send with', (size) => {
    expect(ask({ ringSize: size, slots: size })).toMatchObject({ verdict: 'fails', first: 'transmit' });
  });

  it('ring 1024, pool 512: the refill spins', () => {
    expect(ask({ ringSize: 1024, slots: 512 })).toMatchObject({ verdict: 'fails', first: 'refill' });
  });

  it('32 queue pairs of 1024 pin all of 64 MiB, and no fewer', () => {
    const pairs = (queuePairs: number) => ask({ queuePairs, ringSize: 1024, platform: 's390-pv' });
    expect(pairs(32)).toMatchObject({ slots: 32_768, posted: 32_768, pairsThatFill: 32, first: 'transmit' });
    expect(pairs(31).first).toBeNull();
    expect(pairs(33).first).toBe('refill');
  });

  it('in a guest without a network device rings pin nothing', () => {
    expect(ask({ queuePairs: 0, slots: 128, cpus: 1 })).toMatchObject({
      verdict: 'fits',
      posted: 0,
      demands: [],
    });
  });
});

describe('disks', () => {
  const disk = { disks: 1, queuePairs: 0 };

  it('a request of 1 MiB takes 515 slots where pages lie together, and more where each lies alone', () => {
    const { each } = ask({ ...disk, disk: { queues: 1, depth: 1, requestBytes: 2 ** 20 } });
    // 254 segments go into one request of a ring of 256; each page takes two slots.
    expect(each.request).toBeGreaterThan(515);
    expect(each.request).toBeLessThan(530);
  });

  it('not one request fits: nothing is ever completed', () => {
    const wish = { ...disk, cpus: 1, slots: 256, disk: { queues: 1, depth: 1, requestBytes: 2 ** 20 } };
    expect(ask(wish)).toMatchObject({ verdict: 'fails', first: 'requests', requestsThatFit: 0 });
  });

  it('4 and 16 requests of 1 MiB in 2 MiB: put back and tried again, which is not a failure', () => {
    for (const depth of [4, 16])
      expect(ask({ ...disk, slots: 1024, disk: { queues: 1, depth, requestBytes: 2 ** 20 } })).toMatchObject({
        verdict: 'tight',
        first: null,
        requestsThatFit: 1,
      });
  });
});

function randomQuestion(random: Random): PoolQuestion {
  return {
    platform: random.pick(platformIds),
    memoryBytes: random.magnitude(64, 2 ** 20) * 2 ** 20,
    cpus: random.magnitude(1, 512),
    slots: random.chance(0.5) ? null : random.magnitude(1, 2 ** 20),
    queuePairs: random.below(40),
    ringSize: 2 ** (1 + random.below(14)),
    disks: random.below(20),
    disk: {
      queues: random.magnitude(1, 64),
      depth: random.magnitude(1, 1024),
      requestBytes: random.magnitude(1, 2 ** 22),
    },
  };
}

describe('any question', () => {
  const questions = Array.from({ length: 1000 }, (_, stream) => randomQuestion(new Random(3, stream)));

  it('what is recommended is enough when asked again, and only where more is needed', () => {
    for (const q of questions) {
      const answer = poolDemand(q);
      expect(answer.recommended === null, JSON.stringify(q)).toBe(answer.verdict === 'fits');
      if (answer.recommended === null) continue;
      expect(answer.recommended).toBeGreaterThan(answer.slots);
      expect(poolDemand({ ...q, slots: answer.recommended }).verdict, JSON.stringify(q)).toBe('fits');
    }
  });

  it('a larger pool never turns a verdict for the worse; what is asked for stays the same', () => {
    const rank = { fails: 0, tight: 1, fits: 2 } as const;
    for (const q of questions) {
      const answer = poolDemand(q);
      const larger = poolDemand({ ...q, slots: answer.slots * 2 });
      expect(rank[larger.verdict]).toBeGreaterThanOrEqual(rank[answer.verdict]);
      expect(larger.atMost).toBe(answer.atMost);
      expect(larger.requestsThatFit).toBeGreaterThanOrEqual(answer.requestsThatFit);
    }
  });

  it('the demands are what is asked for at most', () => {
    for (const q of questions) {
      const { demands, atMost, posted } = poolDemand(q);
      expect(demands.reduce((sum, { slots }) => sum + slots, 0)).toBe(atMost);
      expect(demands.find(({ kind }) => kind === 'posted')?.slots ?? 0).toBe(posted);
    }
  });
});

describe('the pool a guest gets', () => {
  const wish = { slots: null, areas: null, memoryBytes: 16 * GIB, cpus: 8, release: 'v6.12' };

  it('has a power of two of slots where it has areas: 6 % of 16 GiB become 1 GiB', () => {
    expect(poolSizeOf('sev-snp', wish)).toEqual({ slots: 524_288, areas: 8 });
    expect(poolSizeOf('sev-snp', { ...wish, slots: 3000 })).toEqual({ slots: 4096, areas: 8 });
    expect(poolSizeOf('sev-snp', { ...wish, cpus: 6 }).areas).toBe(8);
  });

  it('has a segment for each area at least: 512 CPUs make 64 MiB into 128', () => {
    expect(poolSizeOf('s390-pv', { ...wish, cpus: 512 })).toEqual({ slots: 65_536, areas: 512 });
  });

  it('had one area before 6.0, and the size that was asked for', () => {
    expect(poolSizeOf('sev', { ...wish, release: 'v5.19', slots: 3000 })).toEqual({ slots: 3072, areas: 1 });
  });

  it('is the one of the device tree where pools are restricted, with one area', () => {
    expect(poolSizeOf('pkvm', { ...wish, slots: 3000 })).toEqual({ slots: 3000, areas: 1 });
  });
});
