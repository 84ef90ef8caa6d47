/** Rings that hold what nobody would put there: seen by a device, and by a driver. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sight } from '../../../../server/src/model/scenario.js';
import type { DeviceQueue, DeviceView } from '../../../../server/src/model/virtqueue/device-queue.js';
import type { RingKind } from '../../../../server/src/model/virtqueue/layout.js';
import { PackedDeviceQueue } from '../../../../server/src/model/virtqueue/packed-device-queue.js';
import { SplitDeviceQueue } from '../../../../server/src/model/virtqueue/split-device-queue.js';
import { addAsKernel, fromDevice, kinds, type Pair, pairOf, plainOptions, toDevice } from './support.js';

const sights: readonly Exclude<Sight, 'plain'>[] = ['ciphertext', 'fault', 'stale-alias', 'wrong-address'];
const request = [toDevice(0x9000, 16), fromDevice(0xa000, 4096), fromDevice(0xb000, 1)];

function deviceOver(kind: RingKind, size: number, view: DeviceView, indirect = true): DeviceQueue {
  const address = { descriptors: 0, driver: 0x10_0000, device: 0x20_0000 };
  const options = { view, size, address, options: { ...plainOptions, indirect, eventIdx: true } };
  return kind === 'split' ? new SplitDeviceQueue(options) : new PackedDeviceQueue(options);
}

describe.each(kinds)('a device of a %s ring that cannot see', (kind) => {
  it.each(sights)('says what it could not see, and how: %s', (sight) => {
    const pair = pairOf(kind, 4, { indirect: true });
    addAsKernel(pair, request, 1);
    const wanted: string[] = [];
    // One read after the other is hidden, until none is left to hide.
    for (let hidden = 0; ; hidden += 1) {
      let reads = 0;
      const view: DeviceView = {
        read: (at, bytes) => {
          reads += 1;
          return reads > hidden ? { sight, bytes: new Uint8Array(0) } : pair.view.read(at, bytes);
        },
        write: pair.view.write,
      };
      const options = { view, size: 4, address: pair.address, options: { ...plainOptions, indirect: true } };
      const queue = kind === 'split' ? new SplitDeviceQueue(options) : new PackedDeviceQueue(options);
      const found = queue.pop();
      if (found.kind === 'chain') break;
      if (found.kind !== 'blind') throw new Error(JSON.stringify(found));
      expect(found.sight).toBe(sight);
      expect(queue.outstanding).toBe(0);
      wanted.push(found.what);
    }
    expect(wanted).toEqual(
      kind === 'split'
        ? ['available index', 'available ring', 'descriptor table', 'indirect table']
        : ['descriptor ring', 'indirect table'],
    );
  });

  it('finds the request once it sees', () => {
    const pair = pairOf(kind, 4);
    pair.ring.add(request, 1);
    let isHidden = true;
    const view: DeviceView = {
      read: (at, bytes) =>
        isHidden ? { sight: 'fault', bytes: new Uint8Array(0) } : pair.view.read(at, bytes),
      write: () => (isHidden ? 'fault' : 'plain'),
    };
    const options = { view, size: 4, address: pair.address, options: plainOptions };
    const queue = kind === 'split' ? new SplitDeviceQueue(options) : new PackedDeviceQueue(options);
    expect(queue.pop().kind).toBe('blind');
    // It interrupts when in doubt, and takes what it cannot see for nothing.
    expect(queue.interruptNeeded()).toBe(true);
    expect(queue.enableKicks()).toBe(false);
    isHidden = false;
    const found = queue.pop();
    expect(found).toMatchObject({ kind: 'chain', buffers: request });
    isHidden = true;
    expect(queue.push(0, 0)).toBe('fault');
  });
});

/** The one request of the ring, spoiled. */
function spoiled(kind: RingKind, spoil: (pair: Pair) => void, indirect = true): string {
  const pair = pairOf(kind, 4, { indirect });
  addAsKernel(pair, request, 1);
  spoil(pair);
  const found = pair.queue.pop();
  expect(pair.queue.outstanding).toBe(0);
  return found.kind === 'broken' ? found.why : found.kind;
}

describe('a ring that makes no sense is broken, and why is said', () => {
  const at = (pair: Pair, i: number, field: number): number => pair.address.descriptors + 16 * i + field;
  const put = (pair: Pair, i: number, field: number, value: number, width: 2 | 4 = 2): void =>
    pair.memory.writeNumber(at(pair, i, field), value, width);
  const table = (pair: Pair): number => pair.memory.readNumber(at(pair, 0, 0), 8);
  const [len, flags, next, packedFlags] = [8, 12, 14, 14];

  it.each<[string, (pair: Pair) => void]>([
    ['5 buffers available in a ring of 4', (p) => p.memory.writeNumber(p.address.driver + 2, 5, 2)],
    ['descriptor 4 is out of range', (p) => p.memory.writeNumber(p.address.driver + 4, 4, 2)],
    ['descriptor 9 is out of range', (p) => put(p, 1, next, 9)],
    ['a device-readable buffer comes after a device-writable one', (p) => put(p, 1, next, 0)],
    ['a loop in the chain of descriptor 0', (p) => put(p, 0, next, 0)],
    ['an indirect table, though none was negotiated', (p) => put(p, 0, flags, 4)],
    [
      'a request is longer than 4 GiB',
      (p) => {
        put(p, 1, len, 0xffff_fff0, 4);
        put(p, 2, len, 0x11, 4);
      },
    ],
  ])('split: %s', (why, spoil) => {
    expect(spoiled('split', spoil, false)).toBe(why);
  });

  it.each<[string, (pair: Pair) => void]>([
    ['an indirect table of 47 bytes', (p) => put(p, 0, len, 47, 4)],
    ['an indirect table of 0 bytes', (p) => put(p, 0, len, 0, 4)],
    ['an indirect table of 65537 descriptors', (p) => put(p, 0, len, 16 * 65537, 4)],
    ['a chain goes on after an indirect table', (p) => put(p, 0, flags, 5)],
    ['entry 3 of an indirect table of 3', (p) => p.memory.writeNumber(table(p) + next, 3, 2)],
    ['an indirect table within an indirect table', (p) => p.memory.writeNumber(table(p) + flags, 4, 2)],
    ['a loop in an indirect table', (p) => p.memory.writeNumber(table(p) + next, 0, 2)],
    [
      'a device-readable buffer comes after a device-writable one',
      (p) => p.memory.writeNumber(table(p) + 32 + flags, 0, 2),
    ],
  ])('split, table: %s', (why, spoil) => {
    expect(spoiled('split', spoil)).toBe(why);
  });

  it.each<[string, (pair: Pair) => void]>([
    ['a device-readable buffer comes after a device-writable one', (p) => put(p, 2, packedFlags, 0x80)],
    [
      'a list longer than the 4 descriptors there can be',
      (p) => {
        put(p, 2, packedFlags, 0x83);
        put(p, 3, packedFlags, 0x83);
      },
    ],
    ['an indirect table within a list', (p) => put(p, 1, packedFlags, 0x84)],
    ['an indirect table, though none was negotiated', (p) => put(p, 0, packedFlags, 0x84)],
  ])('packed: %s', (why, spoil) => {
    expect(spoiled('packed', spoil, false)).toBe(why);
  });

  it.each<[string, (pair: Pair) => void]>([
    ['an indirect table of 47 bytes', (p) => put(p, 0, len, 47, 4)],
    ['a list goes on after an indirect table', (p) => put(p, 0, packedFlags, 0x85)],
    [
      'a device-readable buffer comes after a device-writable one',
      (p) => p.memory.writeNumber(table(p) + 32 + packedFlags, 0, 2),
    ],
  ])('packed, table: %s', (why, spoil) => {
    expect(spoiled('packed', spoil)).toBe(why);
  });

  it('a request available twice', () => {
    const split = pairOf('split', 4);
    split.ring.add(request, 1);
    split.memory.writeNumber(split.address.driver + 2, 2, 2);
    expect(split.queue.pop().kind).toBe('chain');
    expect(split.queue.pop()).toEqual({ kind: 'broken', why: 'descriptor 0 is available twice' });

    const packed = pairOf('packed', 4);
    packed.ring.add([toDevice(0x9000, 1)], 1);
    packed.ring.add([toDevice(0x9000, 1)], 2);
    put(packed, 1, 12, 0);
    expect(packed.queue.pop().kind).toBe('chain');
    expect(packed.queue.pop()).toEqual({ kind: 'broken', why: 'id 0 is available twice' });
  });

  it('more than a packed ring has room for', () => {
    const pair = pairOf('packed', 4);
    pair.ring.add([toDevice(0x9000, 1), toDevice(0x9000, 1)], 1);
    pair.ring.add([toDevice(0x9000, 1), toDevice(0x9000, 1)], 2);
    // The second list goes on into the first, which the device still has.
    put(pair, 3, packedFlags, 0x81);
    expect(pair.queue.pop().kind).toBe('chain');
    expect(pair.queue.pop()).toEqual({
      kind: 'broken',
      why: 'a list longer than the 2 descriptors there can be',
    });
    put(pair, 3, packedFlags, 0x80);
    expect(pair.queue.pop().kind).toBe('chain');
    expect(pair.queue.pop()).toEqual({ kind: 'empty' });
    // Available in the second round, before anything was used in the first.
    put(pair, 0, packedFlags, 0x8000);
    expect(pair.queue.pop()).toEqual({
      kind: 'broken',
      why: 'more is available than the ring has descriptors',
    });
  });

  it('a chain that ends in a table is unusual, and valid in a split ring', () => {
    const pair = pairOf('split', 4, { indirect: true });
    const inTable = pair.memory.allocate(32);
    pair.ring.writeTable(inTable, [toDevice(0xc000, 3), fromDevice(0xd000, 4)]);
    pair.ring.add([toDevice(0x9000, 16), fromDevice(inTable, 32)], 1);
    // INDIRECT; WRITE beside it says nothing (virtio 1.2, 2.7.5.3.2).
    put(pair, 1, flags, 6);
    expect(pair.queue.pop()).toMatchObject({
      buffers: [toDevice(0x9000, 16), toDevice(0xc000, 3), fromDevice(0xd000, 4)],
    });
  });
});

/** All that a device does with its queue, over and over. Gives the answers' kinds. */
function useAsDevice(queue: DeviceQueue, rounds: number): Set<string> {
  const kindsSeen = new Set<string>();
  const heads: number[] = [];
  for (let n = 0; n < rounds; n += 1) {
    const found = queue.pop();
    kindsSeen.add(found.kind);
    if (found.kind === 'chain') heads.push(found.head);
    if (n % 3 === 2 && heads.length > 0) queue.push(heads.shift()!, n);
    if (n % 4 === 3) queue.interruptNeeded();
    if (n % 5 === 4) queue.enableKicks();
    if (n % 7 === 6) queue.disableKicks();
  }
  return kindsSeen;
}

/** Mostly small: a ring of nothing but great numbers is refused at the door. */
const byteArb = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.nat({ max: 3 }) },
  { weight: 1, arbitrary: fc.nat({ max: 255 }) },
  { weight: 1, arbitrary: fc.constant(0x80) },
);

describe.each(kinds)('a device of a %s ring never throws and never reads for ever', (kind) => {
  it('whatever every single read gives', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 8),
        fc.array(byteArb, { minLength: 8, maxLength: 300 }),
        fc.array(fc.constantFrom<Sight>('plain', 'plain', 'plain', 'fault', 'ciphertext'), { minLength: 1 }),
        (size, bytes, sightsGiven) => {
          let reads = 0;
          let at = 0;
          const view: DeviceView = {
            read: (_, length) => {
              const sight = sightsGiven[reads % sightsGiven.length]!;
              reads += 1;
              // Only the start of a great table is random: the rest is zeros.
              const given = new Uint8Array(length);
              for (let i = 0; i < Math.min(length, 256); i += 1) given[i] = bytes[at++ % bytes.length]!;
              return { sight, bytes: sight === 'plain' ? given : given.subarray(0, 0) };
            },
            write: () => sightsGiven[reads % sightsGiven.length]!,
          };
          for (const found of useAsDevice(deviceOver(kind, size, view), 40)) seen.add(found);
          // An index, an entry, every descriptor and a table for each pop; two for each of the rest.
          expect(reads).toBeLessThanOrEqual(40 * (size + 3) + 40 * 2);
        },
      ),
      { numRuns: 400 },
    );
    // The bytes were not all refused at the door.
    expect(seen).toEqual(new Set(['chain', 'empty', 'blind', 'broken']));
  });

  it('whatever becomes of bytes of a ring in use', () => {
    const seen = new Set<string>();
    const spoilArb = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 8), fc.boolean(), spoilArb, (size, indirect, spoils) => {
        const pair = pairOf(kind, size, { indirect, eventIdx: true });
        for (let n = 0; n < 5; n += 1) addAsKernel(pair, request.slice(n % 3), n);
        for (const [where, byte] of spoils)
          pair.memory.write(pair.address.descriptors + (where % pair.layout.bytes), new Uint8Array([byte]));
        for (const found of useAsDevice(pair.queue, 40)) seen.add(found);
        expect(pair.deviceReads).toBeLessThanOrEqual(40 * (size + 3) + 40 * 2);
      }),
      { numRuns: 400 },
    );
    expect(seen.has('chain') && seen.has('broken')).toBe(true);
  });
});

/** All that a driver does, while its device works as it should and now and then writes a byte somewhere in the ring. */
function useAsDriver(pair: Pair, writes: readonly (readonly [number, number])[]): void {
  const { ring, queue, memory } = pair;
  const inFlight = new Set<number>();
  writes.forEach(([where, byte], token) => {
    if (ring.add(request.slice(token % 3), token) === 'ok') inFlight.add(token);
    const found = queue.pop();
    if (found.kind === 'chain') queue.push(found.head, 1);
    memory.write(pair.address.descriptors + (where % pair.layout.bytes), new Uint8Array([byte]));
    ring.kickNeeded();
    ring.interrupted();
    for (let used = ring.takeUsed(); used !== null; used = ring.takeUsed())
      if (!inFlight.delete(used.token)) throw new Error(`token ${used.token} was not in flight`);
    if (token % 3 === 0) ring.disableInterrupts();
    else if (token % 3 === 1) ring.enableInterrupts();
    else ring.enableInterruptsDelayed();
  });
}

describe.each(kinds)('the driver of a %s ring', (kind) => {
  it('gives back each of its tokens once at most, whatever the device writes', () => {
    let broken = 0;
    const writesArb = fc.array(fc.tuple(fc.nat(), byteArb), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 8),
        fc.record({ inOrder: fc.boolean(), eventIdx: fc.boolean() }),
        writesArb,
        (size, options, writes) => {
          const pair = pairOf(kind, size, options);
          useAsDriver(pair, writes);
          if (pair.ring.broken !== null) broken += 1;
        },
      ),
      { numRuns: 400 },
    );
    expect(broken).toBeGreaterThan(0);
  });

  it('never takes an address from the ring again', () => {
    const pair = pairOf(kind, 4);
    pair.ring.add(request, 5);
    const { descriptors } = pair.address;
    const found = pair.queue.pop();
    if (found.kind !== 'chain') throw new Error(found.kind);
    pair.queue.push(found.head, 1);
    // The device turns every descriptor but the one that says "used" into noise, the NEXT flags of the chain among it.
    pair.memory.write(descriptors + 16, new Uint8Array(48).fill(0xa5));
    if (kind === 'split') pair.memory.write(descriptors, new Uint8Array(16).fill(0xa5));
    expect(pair.ring.takeUsed()).toEqual({ token: 5, bytes: 1 });
    expect(pair.ring.freeDescriptors).toBe(4);
    for (let n = 0; n < 4; n += 1) expect(pair.ring.add([toDevice(0x9000 + n, 1)], n)).toBe('ok');
    for (let n = 0; n < 4; n += 1)
      expect(pair.queue.pop()).toMatchObject({ buffers: [toDevice(0x9000 + n, 1)] });
  });

  it('finds an id that is out of range, or of nothing in flight', () => {
    const used = (id: number): string | null => {
      const pair = pairOf(kind, 4);
      pair.ring.add([fromDevice(0x9000, 5)], 1);
      const found = pair.queue.pop();
      if (found.kind !== 'chain') throw new Error(found.kind);
      pair.queue.push(found.head, 5);
      pair.memory.writeNumber(
        kind === 'split' ? pair.address.device + 4 : pair.address.descriptors + 12,
        id,
        2,
      );
      expect(pair.ring.takeUsed()).toBeNull();
      // The rest of its life it does nothing, and says so.
      expect(pair.ring.add(request, 2)).toBe('broken');
      expect([pair.ring.takeUsed(), pair.ring.hasUsed(), pair.ring.kickNeeded()]).toEqual([
        null,
        false,
        false,
      ]);
      expect([pair.ring.enableInterrupts(), pair.ring.enableInterruptsDelayed()]).toEqual([true, true]);
      return pair.ring.broken;
    };
    expect(used(4)).toBe('id 4 is out of range');
    expect(used(2)).toBe('id 2 is not a head');
  });
});
