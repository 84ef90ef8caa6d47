import { describe, expect, it } from 'vitest';
import { makePool, mapped, slotOf } from './make-pool.js';

/** Slots that mappings of these sizes take on a fresh pool. */
function slotsFor(sizes: readonly number[]): number {
  const made = makePool('6.12', { slots: 4096 });
  for (const size of sizes) mapped(made, size);
  return made.pool.used;
}

describe('slots of a mapping', () => {
  it('a block request takes what a real kernel counted (oracle rule R5)', () => {
    // Header of 16 bytes, data, status of 1 byte, indirect table of 16 bytes a descriptor.
    expect(slotsFor([16, 512, 1, 48])).toBe(4);
    expect(slotsFor([16, 4096, 1, 48])).toBe(5);
    expect(slotsFor([16, 65_536, 1, 48])).toBe(35);
    expect(slotsFor([16, 262_144, 1, 48])).toBe(131);
    expect(slotsFor([16, 262_144, 262_144, 262_144, 262_144, 1, 96])).toBe(515);
  });

  it('a receive buffer pins one slot, 1536 bytes or 2048 (oracle rule R10)', () => {
    expect(slotsFor(new Array<number>(256).fill(1536))).toBe(256);
    expect(slotsFor(new Array<number>(256).fill(2048))).toBe(256);
  });

  it('more than 256 KiB never fits, however large the pool', () => {
    const made = makePool('6.12', { slots: 4096 });
    expect(made.pool.map({ original: made.buffer, bytes: 262_145, direction: 'to-device' })).toEqual({
      ok: false,
      why: 'too large',
      neverEnds: false,
    });
    expect(made.pool.maxMappingSize()).toBe(262_144);
  });

  it('256 KiB needs a whole free segment: one slot in use in each is "full" (oracle rule R13)', () => {
    const made = makePool('6.12', { slots: 1024 });
    const all = Array.from({ length: 1024 }, () => mapped(made, 64));
    for (const address of all)
      if (slotOf(made, address) % 128 !== 0) made.pool.unmap(address, 64, 'to-device');
    expect(made.pool.used).toBe(8);
    const request = { original: made.buffer, direction: 'to-device' } as const;
    expect(made.pool.map({ ...request, bytes: 262_144 })).toMatchObject({ ok: false, why: 'full' });
    // Without a demand for alignment 127 slots are free in each; a mapping of a page and more begins at an even one.
    expect(made.pool.map({ ...request, bytes: 127 * 2048 })).toMatchObject({ ok: false, why: 'full' });
    expect(made.pool.map({ ...request, bytes: 126 * 2048 })).toMatchObject({ ok: true });
  });

  it('the room promised to a device with min_align_mask is less by that, since 5.19', () => {
    expect(makePool('5.18').pool.maxMappingSize(0xfff)).toBe(262_144);
    expect(makePool('5.19').pool.maxMappingSize(0xfff)).toBe(262_144 - 4096);
    expect(makePool('6.12').pool.maxMappingSize(0x1ff)).toBe(262_144 - 2048);
  });
});

describe('where slots are found', () => {
  it('next-fit: what was just freed is not taken again before the rest', () => {
    const made = makePool('6.12', { slots: 128 });
    const taken: number[] = [];
    for (let i = 0; i < 130; i += 1) {
      const address = mapped(made, 100);
      taken.push(slotOf(made, address));
      made.pool.unmap(address, 100, 'to-device');
    }
    expect(taken.slice(0, 3)).toEqual([0, 1, 2]);
    expect(taken.slice(126)).toEqual([126, 127, 0, 1]);
  });

  it('a mapping of a page begins on a page; until 4.10 only one of more than a page did', () => {
    const second = (release: string, bytes: number): number => {
      const made = makePool(release);
      mapped(made, 1);
      return slotOf(made, mapped(made, bytes));
    };
    expect(second('4.4', 4096)).toBe(1);
    expect(second('4.4', 4097)).toBe(2);
    expect(second('5.10', 4096)).toBe(2);
    expect(second('6.12', 4095)).toBe(1);
    expect(second('6.12', 4096)).toBe(2);
  });

  it('6.3 to 6.8 give a mapping of a page the page offset of its original, odd slots too', () => {
    const first = (release: string): number => {
      const made = makePool(release);
      return slotOf(made, mapped(made, 4096, { original: made.buffer + 0x800 }));
    };
    expect(first('6.1')).toBe(0);
    expect(first('6.6')).toBe(1);
    expect(first('6.12')).toBe(0);
  });

  it('6.3 to 6.8 can miss the only place that fits: strides are counted past the end of the area', () => {
    const made = makePool('6.6', { slots: 256 });
    const all = Array.from({ length: 256 }, () => mapped(made, 1));
    const page = { original: made.buffer + 0x800, bytes: 4096, direction: 'to-device' } as const;
    // Slot 63 again, so that the next search begins at 64; then 63 and 64 are free, and 63 has the original's bit 11.
    made.pool.unmap(all[63]!, 1, 'to-device');
    expect(slotOf(made, mapped(made, 1))).toBe(63);
    made.pool.unmap(all[63]!, 1, 'to-device');
    made.pool.unmap(all[64]!, 1, 'to-device');
    // One slot on to 65, 96 strides to the end of the area, one on to slot 1, and 256 are passed before 63.
    expect(made.pool.map(page)).toMatchObject({ why: 'full' });
    // A search from elsewhere finds it.
    made.pool.unmap(all[200]!, 1, 'to-device');
    expect(slotOf(made, mapped(made, 1, { original: made.buffer }))).toBe(64);
    made.pool.unmap(all[64]!, 1, 'to-device');
    expect(slotOf(made, mapped(made, 1))).toBe(200);
    expect(slotOf(made, mapped(made, 4096, page))).toBe(63);
  });

  it('with pages of 64 KiB a segment offers four places to a mapping of a page', () => {
    const made = makePool('6.12', { pageSize: 65_536, slots: 256 });
    mapped(made, 1);
    const places = Array.from({ length: 7 }, () => slotOf(made, mapped(made, 65_536)));
    expect(places).toEqual([32, 64, 96, 128, 160, 192, 224]);
    expect(made.pool.map({ original: made.buffer, bytes: 65_536, direction: 'to-device' })).toMatchObject({
      why: 'full',
    });
    // 31 slots are left beside the first: a smaller mapping takes them from the second on.
    expect(slotOf(made, mapped(made, 2048))).toBe(1);
  });

  it('pages of 16 KiB: eight slots from one place to the next', () => {
    const made = makePool('5.10', { pageSize: 16_384, slots: 128 });
    mapped(made, 1);
    expect([mapped(made, 16_384), mapped(made, 20_480)].map((a) => slotOf(made, a))).toEqual([8, 16]);
  });

  it('min_align_mask: the low bits of the bounce address are those of the original', () => {
    for (const release of ['5.12', '6.1', '6.6', '6.12']) {
      const made = makePool(release);
      const original = made.buffer + 0xa34;
      const address = mapped(made, 2000, { original, minAlignMask: 0xfff });
      expect(address % 4096).toBe(0xa34);
      // 0x234 bytes into the slot and 2000 bytes: two slots. Slot 0 has the wrong bit 11.
      expect([slotOf(made, address), made.pool.used]).toEqual([1, 2]);
    }
  });

  it('before 5.12 a device can not ask for it', () => {
    const made = makePool('5.11');
    expect(mapped(made, 2000, { original: made.buffer + 0xa34, minAlignMask: 0xfff }) % 2048).toBe(0);
  });

  it('since 6.9 slots of padding keep the alignment the caller demands and the low bits too', () => {
    const made = makePool('6.12');
    const original = made.buffer + 0xa34;
    const address = mapped(made, 1000, { original, minAlignMask: 0xfff, allocAlignMask: 0xfff });
    // Slot 0 is padding, the mapping begins 0x234 bytes into slot 1; 0xa34 + 1000 is rounded up to 4096: two slots.
    expect([address - made.pool.start, made.pool.used]).toEqual([0xa34, 2]);
    made.pool.unmap(address, 1000, 'to-device', { minAlignMask: 0xfff });
    expect(made.pool.used).toBe(0);
  });

  it('6.9 itself puts the offset on top of the size rounded by its caller', () => {
    const made = makePool('6.9');
    mapped(made, 1000, { original: made.buffer + 0xa34, minAlignMask: 0xfff, allocAlignMask: 0xfff });
    // 4096 + 0xa34 bytes: four slots.
    expect(made.pool.used).toBe(4);
  });

  it('a mapping does not cross the segment boundary of its device', () => {
    const made = makePool('6.12', { slots: 256 });
    mapped(made, 40_960);
    // Slots 20 to 39 would be free, but a window of 64 KiB ends at slot 32: aligned strides go on from there.
    expect(slotOf(made, mapped(made, 40_960, { boundaryMask: 0xffff }))).toBe(32);
  });
});

describe('areas', () => {
  it('a CPU takes from its own area first, then from those after it', () => {
    const made = makePool('6.12', { slots: 512, areas: 4 });
    expect(slotOf(made, mapped(made, 262_144, { cpu: 2 }))).toBe(256);
    expect(slotOf(made, mapped(made, 64, { cpu: 2 }))).toBe(384);
    expect(slotOf(made, mapped(made, 64, { cpu: 6 }))).toBe(385);
    expect(slotOf(made, mapped(made, 262_144, { cpu: 3 }))).toBe(0);
    expect(made.pool.usedByArea).toEqual([128, 0, 128, 2]);
  });

  it('before 6.0 there is one, whatever CPU asks', () => {
    const made = makePool('5.19', { slots: 512, areas: 4 });
    expect([0, 1, 2, 3].map((cpu) => slotOf(made, mapped(made, 64, { cpu })))).toEqual([0, 1, 2, 3]);
    expect(made.pool.usedByArea).toEqual([4]);
  });
});

describe('a search that never ends', () => {
  /** All odd slots in use, the next search at an even one that is not 0. */
  function oddSlotsTaken(release: string) {
    const made = makePool(release, { slots: 128 });
    const ask = {
      original: made.buffer + 0x800,
      bytes: 64,
      direction: 'to-device',
      minAlignMask: 0xfff,
    } as const;
    const taken = Array.from({ length: 64 }, () => mapped(made, 64, ask));
    const sixth = taken.find((a) => slotOf(made, a) === 5)!;
    made.pool.unmap(sixth, 64, 'to-device', { minAlignMask: 0xfff });
    expect(slotOf(made, mapped(made, 64, ask))).toBe(5);
    return made.pool.map(ask);
  }

  it('until 6.2 a device with min_align_mask can lock an area for ever (7c3940bf81e5)', () => {
    expect(oddSlotsTaken('5.12')).toEqual({ ok: false, why: 'full', neverEnds: true });
    expect(oddSlotsTaken('6.1')).toEqual({ ok: false, why: 'full', neverEnds: true });
  });

  it('since 6.3 it is told that the pool is full', () => {
    expect(oddSlotsTaken('6.3')).toEqual({ ok: false, why: 'full', neverEnds: false });
    expect(oddSlotsTaken('6.12')).toEqual({ ok: false, why: 'full', neverEnds: false });
  });
});
