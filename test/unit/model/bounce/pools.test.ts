import { describe, expect, it } from 'vitest';
import { swiotlbOf } from '../../../../server/src/model/bounce/pool.js';
import { wantedSize } from '../../../../server/src/model/bounce/sizing.js';
import { encrypted, makePool, mapped, slotOf } from './make-pool.js';

const MIB = 2 ** 20;

describe('the size of a pool', () => {
  it('6 % of 8 GiB are 512 MiB since pools have areas, 491.8 MiB before', () => {
    const slots = Math.floor((8 * 1024 * MIB * 6) / 100 / 2048);
    expect(wantedSize(slots, 4, swiotlbOf('6.12'))).toEqual({ slots: 262_144, areas: 4 });
    // A multiple of a segment: 1967 of them.
    expect(wantedSize(slots, 4, swiotlbOf('5.15'))).toEqual({ slots: 251_776, areas: 1 });
  });

  it('areas are a power of two, and each has a segment at least', () => {
    expect(wantedSize(32_768, 6, swiotlbOf('6.0'))).toEqual({ slots: 32_768, areas: 8 });
    expect(wantedSize(300, 1, swiotlbOf('6.12'))).toEqual({ slots: 512, areas: 1 });
    expect(wantedSize(256, 16, swiotlbOf('6.12'))).toEqual({ slots: 2048, areas: 16 });
    expect(wantedSize(256, 0, swiotlbOf('6.12'))).toEqual({ slots: 256, areas: 1 });
  });

  it('short of memory it is halved; before 6.1.40 there was none, and a map was an error or a panic', () => {
    const wish = { slots: 32_768, memoryBytes: 48 * MIB };
    expect(makePool('6.12', wish).pool.slots).toBe(16_384);
    const made = makePool('6.0', wish);
    expect([made.pool.exists, made.pool.slots, made.pool.areas]).toEqual([false, 0, 0]);
    const answer = made.pool.map({ original: made.buffer, bytes: 1, direction: 'to-device' });
    expect(answer).toEqual({ ok: false, why: 'no pool', neverEnds: false });
    expect(made.trace.events.at(-1)).toMatchObject({ what: 'bounce map failed', detail: 'panic: no pool' });
  });

  it('less than 1 MiB is not worth having', () => {
    expect(makePool('6.12', { slots: 32_768, memoryBytes: 3 * MIB }).pool.slots).toBe(512);
    expect(makePool('6.12', { slots: 32_768, memoryBytes: 2 * MIB + 4096 }).pool.exists).toBe(false);
  });

  it('a halved pool keeps its areas until 6.4, smaller than a segment: no mapping of 256 KiB fits any more', () => {
    const wish = { slots: 65_536, areas: 512, memoryBytes: 48 * MIB };
    const halved = makePool('6.4', wish);
    expect([halved.pool.slots, halved.pool.areas]).toEqual([16_384, 512]);
    const big = { original: halved.buffer, bytes: 262_144, direction: 'to-device' } as const;
    expect(halved.pool.map(big)).toMatchObject({ why: 'full' });
    expect(halved.pool.map({ ...big, bytes: 65_536 })).toMatchObject({ ok: true });
    const mended = makePool('6.5', wish);
    expect([mended.pool.slots, mended.pool.areas]).toEqual([16_384, 128]);
    expect(mended.pool.map(big)).toMatchObject({ ok: true });
  });

  it('no slots are no pool to ask for', () => {
    expect(() => makePool('6.12', { slots: 0 })).toThrow(RangeError);
    expect(() => makePool('6.12').pool.map({ original: 1, bytes: 0, direction: 'to-device' })).toThrow(
      RangeError,
    );
  });
});

describe('the memory of a pool', () => {
  it('is shared with devices once, at boot', () => {
    const { memory, pool, trace } = makePool('6.12', { slots: 1024 });
    expect([pool.isShared, memory.conversions, memory.stateOf(pool.start)]).toEqual([true, 512, 'shared']);
    expect(trace.events.map(({ what }) => what)).toEqual(['pages shared', 'bounce pool']);
  });

  it('a platform that refuses does not stop the kernel: it bounces into pages no device can see', () => {
    const made = makePool('6.12', {
      protection: { ...encrypted, canFail: true },
      failsConversion: (n) => n === 3,
    });
    expect([made.pool.exists, made.pool.isShared]).toEqual([true, false]);
    expect(made.memory.hostRead(mapped(made, 100), 100).sight).toBe('ciphertext');
  });
});

describe('pages of a restricted pool', () => {
  it('are taken from the same slots as mappings, and given back', () => {
    const made = makePool('6.12', { slots: 256, hasFixedSize: true });
    mapped(made, 64);
    const page = made.pool.allocateSlots(4096)!;
    expect(page - made.pool.start).toBe(4096);
    expect(made.pool.used).toBe(3);
    expect(made.pool.freeSlots(page, 4096)).toBe(true);
    expect(made.pool.used).toBe(1);
  });

  it('since 6.9 are aligned to their size', () => {
    const made = makePool('6.12', { slots: 256, hasFixedSize: true });
    mapped(made, 64);
    expect((made.pool.allocateSlots(3 * 4096)! - made.pool.start) % 16_384).toBe(0);
  });

  it('from 6.3 to 6.8 may be a page that a mapping is in (CVE-2024-35814)', () => {
    const made = makePool('6.8', { slots: 256, hasFixedSize: true });
    const mapping = mapped(made, 64);
    const page = made.pool.allocateSlots(4096)!;
    // Slots 1 and 2 were taken; the page they begin in is that of slot 0.
    expect([page, made.pool.used]).toEqual([mapping, 3]);
    // It is the mapping that is freed with the page.
    made.pool.freeSlots(page, 4096);
    expect([made.pool.used, made.pool.runs().slice(0, 4)]).toEqual([2, [1, 0, 0, 125]]);
    const before = makePool('6.1', { slots: 256, hasFixedSize: true });
    mapped(before, 64);
    expect(before.pool.allocateSlots(4096)! - before.pool.start).toBe(4096);
  });

  it('a restricted pool has the size the device tree says, and one area', () => {
    const { pool } = makePool('6.12', { slots: 384, areas: 4, hasFixedSize: true });
    expect([pool.slots, pool.areas]).toEqual([384, 1]);
    expect(makePool('6.12', { slots: 64, hasFixedSize: true }).pool.areas).toBe(1);
    const short = { slots: 8192, hasFixedSize: true, memoryBytes: 8 * MIB };
    expect(makePool('6.12', short).pool.exists).toBe(false);
  });

  it('none are left when it is full, and nothing is copied for those that are', () => {
    const made = makePool('6.12', { slots: 128, hasFixedSize: true });
    expect(made.pool.allocateSlots(262_144)).toBe(made.pool.start);
    expect([made.pool.allocateSlots(4096), made.pool.failures]).toEqual([null, 1]);
    made.pool.syncForCpu(made.pool.start, 100, 'bidirectional');
    expect(made.pool.copiesFromDevice).toBe(0);
  });
});

describe('growth', () => {
  it('a full pool takes a transient one for the mapping and a lasting one for those to come', () => {
    const made = makePool('6.12', { slots: 512, grows: true });
    for (let i = 0; i < 4; i += 1) mapped(made, 262_144);
    const conversions = made.memory.conversions;
    const extra = mapped(made, 5000, { direction: 'bidirectional' });
    expect([made.pool.isGrowthScheduled, made.pool.slots, made.pool.used]).toEqual([true, 512, 515]);
    expect(made.memory.conversions - conversions).toBe(2);
    expect(made.memory.hostRead(extra, 5000).sight).toBe('plain');
    made.pool.unmap(extra, 5000, 'bidirectional');
    expect([made.pool.has(extra), made.pool.used, made.memory.stateOf(extra)]).toEqual([
      false,
      512,
      'private',
    ]);
    expect([made.pool.grow(), made.pool.grow(), made.pool.slots]).toEqual([true, false, 1024]);
    // The newest pool is searched first, though the old one has room again.
    const inGrown = mapped(made, 64);
    expect([inGrown > made.pool.start + 512 * 2048, made.pool.isGrowthScheduled]).toEqual([true, false]);
  });

  it('is no larger than one block of the page allocator: 4 MiB with pages of 4 KiB', () => {
    const made = makePool('6.12', { slots: 8192, areas: 8, grows: true });
    for (let i = 0; i < 64; i += 1) mapped(made, 262_144);
    mapped(made, 64);
    made.pool.grow();
    expect(made.pool.slots).toBe(8192 + 2048);
  });

  it('since 6.8 the own area of every pool comes before the next area of any', () => {
    const place = (release: string): boolean => {
      const made = makePool(release, { slots: 1024, areas: 2, grows: true });
      for (let i = 0; i < 8; i += 1) mapped(made, 262_144);
      mapped(made, 64);
      made.pool.grow();
      // The grown pool's own area of CPU 0 is used up, that of the boot pool has one free segment.
      for (let i = 0; i < 4; i += 1) mapped(made, 262_144);
      made.pool.unmap(made.pool.start, 262_144, 'to-device');
      return slotOf(made, mapped(made, 262_144)) === 0;
    };
    expect([place('6.6'), place('6.8')]).toEqual([false, true]);
  });

  it('a mapping no pool can hold asks for none since 6.8', () => {
    const scheduled = (release: string): boolean => {
      const made = makePool(release, { grows: true });
      made.pool.map({ original: made.buffer, bytes: 300_000, direction: 'to-device' });
      return made.pool.isGrowthScheduled;
    };
    expect([scheduled('6.6'), scheduled('6.8')]).toEqual([true, false]);
  });

  it('before 6.6 and by default a pool stays as it is', () => {
    for (const [release, grows] of [
      ['6.5', true],
      ['6.12', false],
    ] as const) {
      const made = makePool(release, { slots: 128, grows });
      mapped(made, 262_144);
      expect(made.pool.map({ original: made.buffer, bytes: 1, direction: 'to-device' })).toMatchObject({
        why: 'full',
      });
      expect([made.pool.grow(), made.pool.failures, made.pool.peak]).toEqual([false, 1, 128]);
    }
  });
});
