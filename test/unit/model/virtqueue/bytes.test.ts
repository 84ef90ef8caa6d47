/** What stands in memory, byte for byte. */
import { describe, expect, it } from 'vitest';
import { availEventAt, usedEventAt } from '../../../../server/src/model/virtqueue/layout.js';
import { addAsKernel, descriptor, fields, fromDevice, pairOf, popped, toDevice } from './support.js';

const request = [toDevice(0x1_2345_6000, 16), fromDevice(0x7000, 4096), fromDevice(0x8010, 1)];

describe('a split ring', () => {
  it('has a chain of descriptors, its head in the available ring, and the index behind it', () => {
    const pair = pairOf('split', 8);
    expect(pair.ring.add(request, 7)).toBe('ok');
    expect(descriptor(pair, 0)).toBe('0060452301000000 10000000 0100 0100');
    expect(descriptor(pair, 1)).toBe('0070000000000000 00100000 0300 0200');
    expect(descriptor(pair, 2)).toBe('1080000000000000 01000000 0200 0300');
    pair.ring.add([toDevice(0x9000, 5)], 8);
    expect(descriptor(pair, 3)).toBe('0090000000000000 05000000 0000 0400');
    // flags, idx, two entries of the ring
    expect(fields(pair.memory.read(pair.address.driver, 8), 2, 2, 2, 2)).toBe('0000 0200 0000 0300');
  });

  it('has the used entry at the used index, whatever the order', () => {
    const pair = pairOf('split', 8);
    pair.ring.add(request, 7);
    pair.ring.add([fromDevice(0x9000, 70000)], 8);
    const first = popped(pair);
    const second = popped(pair);
    expect(pair.queue.push(second.head, 66000)).toBe('plain');
    expect(pair.queue.push(first.head, 4097)).toBe('plain');
    expect(fields(pair.memory.read(pair.address.device, 20), 2, 2, 4, 4, 4, 4)).toBe(
      '0000 0200 03000000 d0010100 00000000 01100000',
    );
    expect([pair.ring.takeUsed(), pair.ring.takeUsed(), pair.ring.takeUsed()]).toEqual([
      { token: 8, bytes: 66000 },
      { token: 7, bytes: 4097 },
      null,
    ]);
  });

  it('refers to a table, whose entries are chained by their numbers', () => {
    const pair = pairOf('split', 8, { indirect: true });
    const table = pair.memory.allocate(48);
    pair.ring.writeTable(table, request);
    // The device is told an address of its own: what a bounced mapping gives.
    pair.ring.add(request, 7, { address: 0xabc000, bytes: 48 });
    expect(descriptor(pair, 0)).toBe('00c0ab0000000000 30000000 0400 0100');
    expect(fields(pair.memory.read(table, 48), 8, 4, 2, 2, 8, 4, 2, 2, 8, 4, 2, 2)).toBe(
      '0060452301000000 10000000 0100 0100 ' +
        '0070000000000000 00100000 0300 0200 ' +
        '1080000000000000 01000000 0200 0300',
    );
    expect(pair.ring.freeDescriptors).toBe(7);
  });

  it('says by flags or by event indexes who wants to be told', () => {
    const flags = pairOf('split', 8);
    flags.ring.disableInterrupts();
    flags.queue.disableKicks();
    expect(flags.memory.readNumber(flags.address.driver, 2)).toBe(1);
    expect(flags.memory.readNumber(flags.address.device, 2)).toBe(1);
    flags.ring.enableInterrupts();
    flags.queue.enableKicks();
    expect(flags.memory.readNumber(flags.address.driver, 2)).toBe(0);
    expect(flags.memory.readNumber(flags.address.device, 2)).toBe(0);

    const events = pairOf('split', 8, { eventIdx: true });
    for (let n = 0; n < 3; n += 1) events.ring.add([toDevice(0x9000, 5)], n);
    for (let n = 0; n < 3; n += 1) events.queue.push(popped(events).head, 0);
    for (let n = 0; n < 3; n += 1) events.ring.takeUsed();
    events.queue.disableKicks();
    // Flags stay 0 with event indexes (virtio 1.2, 2.7.7.1 and 2.7.10.2).
    expect(events.memory.readNumber(events.address.device, 2)).toBe(0);
    expect(events.memory.readNumber(availEventAt(events.address.device, 8), 2)).toBe(3);
    expect(events.memory.readNumber(usedEventAt(events.address.driver, 8), 2)).toBe(3);
  });
});

describe('a packed ring', () => {
  it('has a list with one id, available in the first round by AVAIL without USED', () => {
    const pair = pairOf('packed', 4);
    pair.ring.add(request, 7);
    // id 0; flags NEXT|AVAIL, NEXT|WRITE|AVAIL, WRITE|AVAIL
    expect(descriptor(pair, 0)).toBe('0060452301000000 10000000 0000 8100');
    expect(descriptor(pair, 1)).toBe('0070000000000000 00100000 0000 8300');
    expect(descriptor(pair, 2)).toBe('1080000000000000 01000000 0000 8200');
    expect(descriptor(pair, 3)).toBe('0000000000000000 00000000 0000 0000');
  });

  it('makes the first descriptor of a list available after all others', () => {
    const pair = pairOf('packed', 4);
    const seen: string[] = [];
    pair.memory.onAccess = () => seen.push(pair.queue.pop().kind);
    pair.ring.add(request, 7);
    pair.memory.onAccess = () => undefined;
    // Address, length and id of three, flags of two, then those of the first.
    expect(seen).toHaveLength(12);
    expect(new Set(seen)).toEqual(new Set(['empty']));
    expect(pair.queue.pop().kind).toBe('chain');
  });

  it('is used by overwriting, and turns its bits round after round', () => {
    const pair = pairOf('packed', 4);
    pair.ring.add(request, 7);
    const { head } = popped(pair);
    expect(pair.queue.push(head, 4097)).toBe('plain');
    // Length and id of the used buffer; AVAIL|USED|WRITE. The address is left as it was.
    expect(descriptor(pair, 0)).toBe('0060452301000000 01100000 0000 8280');
    expect(pair.ring.takeUsed()).toEqual({ token: 7, bytes: 4097 });

    // Descriptor 3 in the first round, 0 in the second: USED without AVAIL is available now.
    pair.ring.add([toDevice(0x9000, 5), toDevice(0xa000, 6)], 8);
    expect(descriptor(pair, 3)).toBe('0090000000000000 05000000 0000 8100');
    expect(descriptor(pair, 0)).toBe('00a0000000000000 06000000 0000 0080');
    const next = popped(pair);
    expect(next.buffers).toEqual([toDevice(0x9000, 5), toDevice(0xa000, 6)]);
    pair.queue.push(next.head, 0);
    expect(descriptor(pair, 3)).toBe('0090000000000000 00000000 0000 8080');
    expect(pair.ring.takeUsed()).toEqual({ token: 8, bytes: 0 });

    // Used in the second round: neither bit.
    pair.ring.add([toDevice(0xb000, 7)], 9);
    pair.queue.push(popped(pair).head, 0);
    expect(descriptor(pair, 1)).toBe('00b0000000000000 00000000 0000 0000');
    expect(pair.ring.takeUsed()).toEqual({ token: 9, bytes: 0 });
  });

  it('refers to a table whose entries have no flag but WRITE', () => {
    const pair = pairOf('packed', 4, { indirect: true });
    const table = pair.memory.allocate(48);
    pair.ring.writeTable(table, request);
    pair.ring.add(request, 7, { address: 0xabc000, bytes: 48 });
    expect(descriptor(pair, 0)).toBe('00c0ab0000000000 30000000 0000 8400');
    expect(fields(pair.memory.read(table, 48), 12, 2, 2, 12, 2, 2, 12, 2, 2)).toBe(
      '006045230100000010000000 0000 0000 ' +
        '007000000000000000100000 0000 0200 ' +
        '108000000000000001000000 0000 0200',
    );
  });

  it('says by a descriptor and its round who wants to be told', () => {
    const pair = pairOf('packed', 2, { eventIdx: true });
    for (let n = 0; n < 3; n += 1) {
      pair.ring.add([toDevice(0x9000, 5)], n);
      pair.queue.push(popped(pair).head, 0);
      pair.ring.takeUsed();
    }
    // Both stand at descriptor 1 of the second round: wrap counter 0.
    pair.ring.disableInterrupts();
    pair.ring.enableInterrupts();
    pair.queue.enableKicks();
    expect(fields(pair.memory.read(pair.address.driver, 8), 2, 2, 2, 2)).toBe('0100 0200 0100 0200');
    pair.ring.disableInterrupts();
    pair.queue.disableKicks();
    expect(fields(pair.memory.read(pair.address.driver, 8), 2, 2, 2, 2)).toBe('0100 0100 0100 0100');
  });
});

describe.each(['split', 'packed'] as const)('a %s ring with in-order use', (kind) => {
  it('gives a batch back with one entry; what it skips is used completely', () => {
    const pair = pairOf(kind, 8, { inOrder: true });
    for (let n = 0; n < 4; n += 1) pair.ring.add([toDevice(0x9000, 16), fromDevice(0xa000, 100 + n)], n);
    const chains = [popped(pair), popped(pair), popped(pair), popped(pair)];
    pair.queue.push(chains[2]!.head, 55);
    expect(pair.queue.outstanding).toBe(1);
    const taken = [pair.ring.takeUsed(), pair.ring.takeUsed(), pair.ring.takeUsed(), pair.ring.takeUsed()];
    expect(taken).toEqual([
      { token: 0, bytes: 100 },
      { token: 1, bytes: 101 },
      { token: 2, bytes: 55 },
      null,
    ]);
    // The next one goes behind the whole batch.
    pair.queue.push(chains[3]!.head, 9);
    expect(pair.ring.takeUsed()).toEqual({ token: 3, bytes: 9 });
    expect(pair.ring.freeDescriptors).toBe(8);
  });

  it('takes descriptors in ring order, over the end of the ring', () => {
    const pair = pairOf(kind, 4, { inOrder: true });
    for (let n = 0; n < 20; n += 1) {
      pair.ring.add([toDevice(0x1000 * n, 1), toDevice(0x1000 * n, 2), toDevice(0x1000 * n, 3)], n);
      const { head, buffers } = popped(pair);
      if (kind === 'split') expect(head).toBe((3 * n) % 4);
      expect(buffers.map((b) => b.bytes)).toEqual([1, 2, 3]);
      pair.queue.push(head, 0);
      expect(pair.ring.takeUsed()).toEqual({ token: n, bytes: 0 });
    }
  });
});

describe.each(['split', 'packed'] as const)('a %s ring whose event index was passed', (kind) => {
  it('does not write that it wants no interrupt, as none would come; until it asks for one again', () => {
    const pair = pairOf(kind, 8, { eventIdx: true });
    const driverPart = (): string =>
      Buffer.from(pair.memory.read(pair.address.driver, pair.layout.driver.bytes)).toString('hex');
    const oneRequest = (token: number): void => {
      pair.ring.add([fromDevice(0x9000, 5)], token);
      pair.queue.push(popped(pair).head, 5);
    };
    expect(pair.ring.interrupted()).toBe(false);
    oneRequest(0);
    pair.ring.takeUsed();
    oneRequest(1);
    expect(pair.ring.interrupted()).toBe(true);
    const before = driverPart();
    pair.ring.disableInterrupts();
    expect(driverPart()).toBe(before);
    pair.ring.takeUsed();
    expect(driverPart()).toBe(before);

    expect(pair.ring.enableInterrupts()).toBe(true);
    const asked = driverPart();
    pair.ring.disableInterrupts();
    expect(driverPart()).not.toBe(asked);
    // What is off is not turned off again.
    const off = driverPart();
    pair.ring.disableInterrupts();
    expect(driverPart()).toBe(off);
  });
});

it('every touch of the ring is a step of the trace', () => {
  const pair = pairOf('split', 8, { indirect: true, eventIdx: true }, true);
  addAsKernel(pair, [toDevice(0x9000, 5), toDevice(0xa000, 6)], 0);
  pair.ring.kickNeeded();
  expect(pair.trace.events.map((e) => e.what)).toEqual([
    'table descriptor written',
    'table descriptor written',
    'descriptor written',
    'available entry written',
    'available index written',
    'available event read',
  ]);
  expect(pair.trace.events[0]!.detail).toBe('5 bytes at 0x9000');
});
