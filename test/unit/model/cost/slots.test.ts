/** The formulas of searches against searches: a pool of the model, next-fit as in the kernel, slot by slot. */
import { describe, expect, it } from 'vitest';
import { swiotlbOf } from '../../../../server/src/model/bounce/pool.js';
import { searchRule } from '../../../../server/src/model/bounce/search.js';
import { SlotPool, type SlotWish } from '../../../../server/src/model/bounce/slot-pool.js';
import {
  costParameters,
  probesWhenScattered,
  probesWhenSolid,
  slotPairNs,
  slotsOfMapping,
} from '../../../../server/src/model/cost/index.js';
import { Random } from '../../../fuzz/random.js';

const AREA = 4096;
const SLOT = 2048;
/** Mappings in flight at a time, at most. */
const HELD = 8;

/** What a mapping of so many slots asks of a search on 4 KiB pages. */
function wishFor(slots: number): SlotWish {
  const size = slots * SLOT;
  const rule = searchRule({ size, minAlignMask: 0, allocAlignMask: 0, pageSize: 4096 }, swiotlbOf('6.12'));
  return { original: 0, size, offset: 0, rule, boundary: Infinity };
}

function strideOf(slots: number): number {
  return slots * SLOT >= 4096 ? 2 : 1;
}

/** Candidates looked at for one mapping, on average over three laps of the area. */
function probesOf(pool: SlotPool, slots: number, used: number): number {
  const wish = wishFor(slots);
  const stride = strideOf(slots);
  const atMost = Math.min(HELD, Math.floor((AREA - used) / slots) - 1);
  const held: number[] = [];
  let next = 0;
  let passed = 0;
  let count = 0;
  for (; passed + count * slots < 3 * AREA; count += 1) {
    const slot = pool.findIn(0, wish);
    if (slot < 0) throw new Error(`nothing found, ${pool.used} used`);
    passed += (slot - next + AREA) % AREA;
    next = (slot + slots) % AREA;
    held.push(slot);
    if (held.length > atMost) pool.give(held.shift() as number, slots);
  }
  return 1 + passed / stride / count;
}

function solid(used: number): SlotPool {
  const pool = new SlotPool(0, { slots: AREA, areas: 1 });
  for (let slot = 0; slot < used; slot += 1) pool.table.take(slot, 1);
  return pool;
}

/** Single slots taken for good, anywhere. */
function scattered(used: number, random: Random): SlotPool {
  const pool = new SlotPool(0, { slots: AREA, areas: 1 });
  const free = Array.from({ length: AREA }, (_, slot) => slot);
  for (let i = 0; i < used; i += 1) {
    const [slot = 0] = free.splice(random.below(free.length), 1);
    pool.table.take(slot, 1);
  }
  return pool;
}

describe('used slots that stand together', () => {
  const cases = [1, 2, 4, 16, 32, 128].flatMap((slots) =>
    [0, 25, 50, 75, 90].map((percent) => [slots, percent] as const),
  );
  it.each(cases)('%i slots, %i per cent used: as many looked at as the formula says', (slots, percent) => {
    const used = Math.floor((AREA * percent) / 100 / 128) * 128;
    const said = probesWhenSolid(AREA, used, slots, strideOf(slots));
    expect(said).toBeCloseTo(probesOf(solid(used), slots, used), 6);
  });

  it('where there is no room: never less with less room, and no jump where room begins', () => {
    for (const slots of [1, 2, 32, 128]) {
      let before = 0;
      for (let used = 0; used <= AREA; used += 1) {
        const probes = probesWhenSolid(AREA, used, slots, strideOf(slots));
        expect(probes).toBeGreaterThanOrEqual(before);
        before = probes;
      }
    }
  });

  it('a larger area with as much used is never searched for longer', () => {
    for (let area = 128; area <= 4096; area += 16)
      expect(probesWhenSolid(area + 16, 120, 32, 2)).toBeLessThanOrEqual(probesWhenSolid(area, 120, 32, 2));
  });
});

describe('used slots that stand anywhere', () => {
  const percents = [0, 10, 25, 50];
  const even = [1, 2].flatMap((slots) => percents.map((percent) => [slots, percent] as const));
  it.each(even)('%i slots, %i per cent used: within 5 %%', (slots, percent) => {
    const [said, counted] = both(slots, percent);
    expect(Math.abs(said / counted - 1)).toBeLessThan(0.05);
  });

  // A run of odd length leaves a slot behind that no mapping of a page and more begins at, and runs end at a segment.
  const odd = [3, 5].flatMap((slots) => percents.map((percent) => [slots, percent] as const));
  it.each(odd)('%i slots, %i per cent used: more than the formula says, up to twice', (slots, percent) => {
    const [said, counted] = both(slots, percent);
    expect(counted / said).toBeGreaterThanOrEqual(1);
    expect(counted / said).toBeLessThan(2);
  });

  it('are the cliff: a quarter of the pool pinned singly, and long mappings find no place', () => {
    const pool = scattered(AREA / 4, new Random(7, 1));
    expect(pool.findIn(0, wishFor(32))).toBeLessThan(0);
    expect(probesWhenScattered(AREA, AREA / 4, 32, 2)).toBe(AREA / 2);
    expect(solid(AREA / 4).findIn(0, wishFor(32))).toBeGreaterThanOrEqual(0);
  });

  function both(slots: number, percent: number): readonly [number, number] {
    const used = Math.floor((AREA * percent) / 100);
    const pool = scattered(used, new Random(7, slots * 100 + percent));
    return [probesWhenScattered(AREA, used, slots, strideOf(slots)), probesOf(pool, slots, used)];
  }
});

describe('the time of a pair', () => {
  const { machine } = costParameters;
  it('grows with slots and with probes, and is less in a fragmented pool', () => {
    expect(slotPairNs(1, 1, machine)).toEqual({
      low: machine.slotPairNs.low,
      mid: machine.slotPairNs.mid,
      high: machine.slotPairNs.high,
    });
    expect(slotPairNs(128, 1, machine).mid).toBeGreaterThan(slotPairNs(32, 1, machine).mid);
    expect(slotPairNs(1, 101, machine).mid).toBeCloseTo(machine.slotPairNs.mid + 100 * machine.probeNs.mid);
    expect(slotPairNs(1, 1, machine, true).mid).toBeLessThan(machine.slotPairNs.mid);
  });

  it('no mapping has more slots than a segment', () => {
    expect([1, 2048, 2049, 4096, 262_144, 262_145].map(slotsOfMapping)).toEqual([1, 1, 2, 2, 128, 128]);
  });
});
