/** Properties of the two ends together, over random sequences of what either may do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GuestMemory } from '../../../../server/src/model/memory/guest-memory.js';
import type { RingBuffer, RingKind, RingOptions } from '../../../../server/src/model/virtqueue/layout.js';
import { addAsKernel, fromDevice, kinds, type Pair, pairOf, toDevice } from './support.js';

type Op =
  | { readonly do: 'add'; readonly buffers: readonly RingBuffer[] }
  | { readonly do: 'pop' }
  | { readonly do: 'push'; readonly which: number; readonly bytes: number }
  | { readonly do: 'take' };

const buffersArb = fc
  .tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.integer({ min: 1, max: 2 ** 20 }))
  .filter(([out, back]) => out + back > 0)
  .map(([out, back, bytes]) => [
    ...Array.from({ length: out }, (_, i) => toDevice(0x10_0000 + 0x1000 * i, bytes + i)),
    ...Array.from({ length: back }, (_, i) => fromDevice(0x4000_0000_0000 + 0x1000 * i, bytes + i)),
  ]);

const opArb: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), buffers: buffersArb }),
  fc.record({ do: fc.constant('pop' as const) }),
  fc.record({ do: fc.constant('push' as const), which: fc.nat(), bytes: fc.nat({ max: 2 ** 32 - 1 }) }),
  fc.record({ do: fc.constant('take' as const) }),
);

const optionsArb = fc.record({ eventIdx: fc.boolean(), indirect: fc.boolean(), inOrder: fc.boolean() });

/** What a queue has to be, said without rings: three lists. */
class Expected {
  readonly available: { token: number; buffers: readonly RingBuffer[] }[] = [];
  readonly inHand: { token: number; buffers: readonly RingBuffer[]; head: number }[] = [];
  readonly used: { token: number; bytes: number }[] = [];
  free: number;
  private next = 0;
  private readonly options: RingOptions;

  constructor(size: number, options: RingOptions) {
    this.free = size;
    this.options = options;
  }

  token(): number {
    this.next += 1;
    return this.next;
  }

  cost(buffers: readonly RingBuffer[]): number {
    return this.options.indirect && this.free > 0 ? 1 : buffers.length;
  }
}

/** Does one thing with the rings and with the lists, and compares. Gives what a user could observe. */
function act(pair: Pair, expected: Expected, costs: Map<number, number>, op: Op, inOrder: boolean): unknown {
  switch (op.do) {
    case 'add': {
      const token = expected.token();
      const cost = expected.cost(op.buffers);
      const added = addAsKernel(pair, op.buffers, token);
      expect(added).toBe(cost <= expected.free ? 'ok' : 'full');
      if (added === 'ok') {
        expected.available.push({ token, buffers: op.buffers });
        costs.set(token, cost);
        expected.free -= cost;
      }
      return added;
    }
    case 'pop': {
      const found = pair.queue.pop();
      const due = expected.available.shift();
      if (due === undefined) {
        expect(found).toEqual({ kind: 'empty' });
        return 'empty';
      }
      if (found.kind !== 'chain') throw new Error(JSON.stringify(found));
      expect(found.buffers).toEqual(due.buffers);
      expected.inHand.push({ ...due, head: found.head });
      return found.buffers;
    }
    case 'push': {
      if (expected.inHand.length === 0) return 'nothing in hand';
      const which = op.which % expected.inHand.length;
      const done = inOrder ? expected.inHand.splice(0, which + 1) : expected.inHand.splice(which, 1);
      const last = done[done.length - 1]!;
      expect(pair.queue.push(last.head, op.bytes)).toBe('plain');
      for (const { token, buffers } of done)
        expected.used.push({ token, bytes: token === last.token ? op.bytes : writable(buffers) });
      return done.length;
    }
    case 'take': {
      const used = pair.ring.takeUsed();
      const due = expected.used.shift() ?? null;
      expect(used).toEqual(due);
      if (due !== null) expected.free += costs.get(due.token)!;
      return used;
    }
  }
}

function writable(buffers: readonly RingBuffer[]): number {
  return buffers.reduce((sum, b) => sum + (b.deviceWrites ? b.bytes : 0), 0);
}

function play(kind: RingKind, size: number, options: RingOptions, ops: readonly Op[]): unknown[] {
  const pair = pairOf(kind, size, options);
  const expected = new Expected(size, options);
  const costs = new Map<number, number>();
  return ops.map((op) => {
    const seen = act(pair, expected, costs, op, options.inOrder);
    expect(pair.ring.freeDescriptors).toBe(expected.free);
    expect(pair.queue.outstanding).toBe(expected.inHand.length);
    expect(pair.ring.broken).toBeNull();
    return [seen, options.eventIdx ? null : [pair.ring.kickNeeded(), pair.queue.interruptNeeded()]];
  });
}

const opsArb = fc.array(opArb, { maxLength: 120 });

describe.each(kinds)('%s: whatever is added is popped, pushed and taken once', (kind) => {
  const sizes = kind === 'split' ? [1, 2, 4, 8, 16] : [1, 2, 3, 5, 8, 13];
  it('with its buffers, in the order of each step', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sizes), optionsArb, opsArb, (size, options, ops) => {
        play(kind, size, options, ops);
      }),
      { numRuns: 300 },
    );
  });
});

it('split and packed rings cannot be told apart by who uses them', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 4, 8, 16), optionsArb, opsArb, (size, options, ops) => {
      expect(play('packed', size, options, ops)).toEqual(play('split', size, options, ops));
    }),
    { numRuns: 200 },
  );
});

describe.each(kinds)('%s: indexes wrap', (kind) => {
  it.each([
    { size: 1, options: {} },
    { size: 4, options: { eventIdx: true } },
    { size: 256, options: { eventIdx: true, inOrder: true } },
  ])('more than 65536 requests go through a ring of $size', ({ size, options }) => {
    const pair = pairOf(kind, size, options);
    const held: number[] = [];
    const buffers = [fromDevice(0x9000, 7)];
    let taken = 0;
    for (let token = 0; token < 70_000; token += 1) {
      if (pair.ring.add(buffers, token) !== 'ok') throw new Error(`full at ${token}`);
      const found = pair.queue.pop();
      if (found.kind !== 'chain') throw new Error(JSON.stringify(found));
      held.push(found.head);
      if (held.length < Math.min(size, 3)) continue;
      while (held.length > 0) pair.queue.push(held.shift()!, 7);
      for (let used = pair.ring.takeUsed(); used !== null; used = pair.ring.takeUsed()) {
        if (used.token !== taken) throw new Error(`${used.token} taken, ${taken} is due`);
        taken += 1;
      }
    }
    expect(taken).toBe(70_000 - held.length);
    expect(pair.ring.freeDescriptors).toBe(size - held.length);
  });

  it.each([0xfffe, 0xffff, 0x10000, 0x10001, 0x20000])(
    'a kick and an interrupt are due after %i requests of which nobody asked',
    (requests) => {
      const pair = pairOf(kind, 4, { eventIdx: true });
      pair.queue.enableKicks();
      const forDriver = pair.memory.read(pair.address.device, pair.layout.device.bytes);
      pair.ring.disableInterrupts();
      pair.ring.enableInterrupts();
      const forDevice = pair.memory.read(pair.address.driver, pair.layout.driver.bytes);
      for (let n = 0; n < requests; n += 1) {
        // Both wishes as they were at the start: to be told of the first of all these.
        putWish(kind, pair.memory, pair.address.device, forDriver);
        pair.ring.add([toDevice(0x9000, 1)], n);
        const found = pair.queue.pop();
        if (found.kind !== 'chain') throw new Error(JSON.stringify(found));
        pair.queue.push(found.head, 0);
        pair.ring.takeUsed();
        putWish(kind, pair.memory, pair.address.driver, forDevice);
      }
      putWish(kind, pair.memory, pair.address.device, forDriver);
      expect(pair.queue.interruptNeeded()).toBe(true);
      expect(pair.ring.kickNeeded()).toBe(true);
      expect([pair.queue.interruptNeeded(), pair.ring.kickNeeded()]).toEqual([false, false]);
    },
  );
});

/** Puts an event index, or an event suppression structure, back to what it was. */
function putWish(kind: RingKind, memory: GuestMemory, at: number, part: Uint8Array): void {
  const from = kind === 'packed' ? 0 : part.length - 2;
  memory.write(at + from, part.subarray(from));
}

it('a device that gives back what it does not have is a defect of its own', () => {
  for (const kind of kinds) {
    const { queue } = pairOf(kind, 4);
    expect(() => queue.push(0, 0)).toThrow(RangeError);
  }
});

it('a request without buffers is a defect of the driver', () => {
  for (const kind of kinds) expect(() => pairOf(kind, 4).ring.add([], 0)).toThrow(RangeError);
});
