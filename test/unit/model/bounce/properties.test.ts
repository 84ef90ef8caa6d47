import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Direction } from '../../../../server/src/model/bounce/pool.js';
import { bytesFrom, type Made, makePool, slotOf } from './make-pool.js';
import { type Generation, NaivePool } from './naive-swiotlb.js';

type Step =
  | {
      readonly do: 'map';
      readonly bytes: number;
      readonly from: number;
      readonly cpu: number;
      readonly minAlignMask: number;
      readonly boundaryMask: number | null;
      readonly direction: Direction;
    }
  | { readonly do: 'unmap'; readonly which: number };

const sizes = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 4000, max: 70_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(4096, 65_536, 262_144, 262_145) },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('map' as const),
      bytes: sizes,
      from: fc.integer({ min: 0, max: 16_383 }),
      cpu: fc.integer({ min: 0, max: 7 }),
      minAlignMask: fc.constantFrom(0, 0, 0, 0xfff, 0x1ff, 0x1000),
      boundaryMask: fc.constantFrom(null, null, 0xffff),
      direction: fc.constantFrom<Direction>('to-device', 'from-device', 'bidirectional'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('unmap' as const), which: fc.nat(200) }) },
);

const runs = fc.record({
  release: fc.constantFrom('5.10', '5.15', '6.1', '6.2', '6.6', '6.9', '6.12'),
  slots: fc.constantFrom(128, 256, 512),
  areas: fc.constantFrom(1, 2, 4),
  pageSize: fc.constantFrom(4096, 16_384, 65_536),
  steps: fc.array(step, { minLength: 1, maxLength: 120, size: 'max' }),
});

interface Live {
  readonly id: number;
  readonly address: number;
  readonly slots: readonly number[];
  readonly ask: Extract<Step, { do: 'map' }>;
}

interface Seen {
  onMap?(live: Live, made: Made): void;
  onRefuse?(ask: Extract<Step, { do: 'map' }>, neverEnds: boolean, id: number, made: Made): void;
  onUnmap?(live: Live, made: Made): void;
  after?(live: ReadonlyMap<number, Live>, made: Made): void;
}

type Run = { release: string; slots: number; areas: number; pageSize: number; steps: readonly Step[] };

/** Plays a sequence, unmaps what is left, and shows each step to the observers. */
function play(run: Run, seen: Seen): Made {
  const { release, slots, areas, pageSize, steps } = run;
  const made = makePool(release, { slots, areas, pageSize });
  const live = new Map<number, Live>();
  const unmap = (one: Live): void => {
    const { bytes, direction, minAlignMask } = one.ask;
    made.pool.unmap(one.address, bytes, direction, { minAlignMask });
    live.delete(one.id);
    seen.onUnmap?.(one, made);
  };
  for (const [id, now] of steps.entries()) {
    if (now.do === 'unmap') {
      const one = [...live.values()][now.which % Math.max(live.size, 1)];
      if (one !== undefined) unmap(one);
    } else {
      const { boundaryMask, from, ...ask } = now;
      const request = {
        ...ask,
        original: made.buffer + from,
        ...(boundaryMask === null ? {} : { boundaryMask }),
      };
      const answer = made.pool.map(request);
      if (answer.ok) {
        const offset = hasMinAlign(release) ? from & now.minAlignMask & 2047 : 0;
        const first = slotOf(made, answer.address);
        const count = Math.ceil((now.bytes + offset) / 2048);
        const one = {
          id,
          address: answer.address,
          slots: Array.from({ length: count }, (_, i) => first + i),
          ask: now,
        };
        live.set(id, one);
        seen.onMap?.(one, made);
      } else seen.onRefuse?.(now, answer.neverEnds, id, made);
    }
    seen.after?.(live, made);
  }
  for (const one of [...live.values()]) unmap(one);
  return made;
}

const hasMinAlign = (release: string): boolean => release !== '5.10';

function generationOf(release: string): Generation {
  if (release === '6.6') return 'original';
  return release === '6.9' || release === '6.12' ? 'address' : 'index';
}

describe('any sequence of maps and unmaps', () => {
  it('finds the same slots as an allocator that only counts', () => {
    fc.assert(
      fc.property(runs, (run) => {
        let naive: NaivePool | null = null;
        const naiveOf = (made: Made): NaivePool => {
          naive ??= new NaivePool(
            made.pool.start,
            made.pool.slots,
            made.pool.areas,
            run.pageSize,
            generationOf(run.release),
          );
          return naive;
        };
        const asked = (ask: Live['ask'], made: Made) => ({
          original: made.buffer + ask.from,
          bytes: ask.bytes,
          cpu: ask.cpu,
          minAlignMask: hasMinAlign(run.release) ? ask.minAlignMask : 0,
          boundaryMask: ask.boundaryMask,
        });
        play(run, {
          onMap: (one, made) => {
            expect(naiveOf(made).map(one.id, asked(one.ask, made))).toBe(one.slots[0]);
          },
          onRefuse: (ask, neverEnds, id, made) => {
            expect(naiveOf(made).map(id, asked(ask, made))).toBe(neverEnds ? 'hangs' : null);
          },
          onUnmap: (one, made) => naiveOf(made).unmap(one.id),
          after: (_, made) => {
            const other = naiveOf(made);
            expect(made.pool.runs()).toEqual(other.owners.map((_owner, slot) => other.freeFrom(slot)));
            expect(made.pool.usedByArea).toEqual(
              made.pool.usedByArea.map((_used, area) => other.usedIn(area)),
            );
          },
        });
      }),
      { numRuns: 150 },
    );
  });

  it('gives a slot to one mapping only, within one segment, one area and the segment boundary of the device', () => {
    fc.assert(
      fc.property(runs, (run) => {
        play(run, {
          onMap: ({ address, slots, ask }, made) => {
            const last = slots.at(-1)!;
            expect(Math.floor(slots[0]! / 128)).toBe(Math.floor(last / 128));
            if (ask.boundaryMask !== null)
              expect(Math.floor(address / 65_536)).toBe(Math.floor((address + ask.bytes - 1) / 65_536));
            expect(last).toBeLessThan(made.pool.slots);
          },
          after: (live, made) => {
            const owned = [...live.values()].flatMap(({ slots }) => slots);
            expect(new Set(owned).size).toBe(owned.length);
            expect(made.pool.used).toBe(owned.length);
            expect(made.pool.runs().filter((run) => run === 0).length).toBe(owned.length);
          },
        });
      }),
      { numRuns: 100 },
    );
  });

  it('keeps the low bits a device asked for, and page alignment where it asked for nothing', () => {
    fc.assert(
      fc.property(runs, (run) => {
        play(run, {
          onMap: ({ address, ask }, made) => {
            const mask = hasMinAlign(run.release) ? ask.minAlignMask : 0;
            expect((address ^ (made.buffer + ask.from)) & mask).toBe(0);
            if (mask !== 0 || ask.bytes < run.pageSize) return;
            // 6.3 to 6.8: the slot has the original's place in its page, to 2 KiB.
            const place = generationOf(run.release) === 'original' ? (ask.from % run.pageSize) & ~2047 : 0;
            expect(address % run.pageSize).toBe(place);
          },
        });
      }),
      { numRuns: 100 },
    );
  });

  it('leaves the pool as it was made once all is unmapped', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const { pool } = play(run, {});
        const { release, slots, areas, pageSize } = run;
        expect([pool.used, ...pool.usedByArea]).toEqual([0, ...pool.usedByArea.map(() => 0)]);
        expect(pool.runs()).toEqual(makePool(release, { slots, areas, pageSize }).pool.runs());
      }),
      { numRuns: 60 },
    );
  });

  it('copies by direction: as many and as large as the maps and unmaps say', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const expected = [0, 0, 0, 0];
        const copiesAll = run.release !== '5.10' && run.release !== '5.15';
        const count = (at: number, bytes: number): void => {
          expected[at]! += 1;
          expected[at + 1]! += bytes;
        };
        const { pool } = play(run, {
          onMap: ({ ask }) => {
            if (copiesAll || ask.direction !== 'from-device') count(0, ask.bytes);
          },
          onUnmap: ({ ask }) => {
            if (ask.direction !== 'to-device') count(2, ask.bytes);
          },
        });
        expect([
          pool.copiesToDevice,
          pool.bytesToDevice,
          pool.copiesFromDevice,
          pool.bytesFromDevice,
        ]).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same every time, step by step', () => {
    fc.assert(
      fc.property(runs, (run) => {
        expect(play(run, {}).trace.events).toEqual(play(run, {}).trace.events);
      }),
      { numRuns: 20 },
    );
  });

  it('shows the device the original, and the guest what the device wrote', () => {
    const one = fc.tuple(
      fc.integer({ min: 1, max: 262_144 - 4096 }),
      fc.nat(4095),
      fc.constantFrom(0, 0xfff),
      fc.nat(255),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('5.12', '6.1', '6.6', '6.12'),
        one,
        (release, [bytes, from, minAlignMask, seed]) => {
          const made = makePool(release);
          const original = made.buffer + from;
          const answer = made.pool.map({ original, bytes, direction: 'bidirectional', minAlignMask });
          if (!answer.ok) throw new Error(answer.why);
          expect(
            same(made.memory.hostRead(answer.address, bytes).bytes, made.memory.read(original, bytes)),
          ).toBe(true);
          const written = bytesFrom(bytes, seed);
          made.memory.hostWrite(answer.address, written);
          made.pool.unmap(answer.address, bytes, 'bidirectional', { minAlignMask });
          expect(same(made.memory.read(original, bytes), written)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });
});

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
