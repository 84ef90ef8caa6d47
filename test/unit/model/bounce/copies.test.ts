import { describe, expect, it } from 'vitest';
import type { Direction } from '../../../../server/src/model/bounce/pool.js';
import { bytesFrom, type Made, makePool, mapped, slotOf } from './make-pool.js';

const counts = ({ pool }: Made) => [
  pool.copiesToDevice,
  pool.bytesToDevice,
  pool.copiesFromDevice,
  pool.bytesFromDevice,
];

/** Maps 3000 bytes, lets the device write all of them, unmaps. */
function roundTrip(release: string, direction: Direction): number[] {
  const made = makePool(release);
  const address = mapped(made, 3000, { direction });
  made.memory.hostWrite(address, bytesFrom(3000, 99));
  made.pool.unmap(address, 3000, direction);
  return counts(made);
}

describe('copies by direction', () => {
  it('since 5.17 every map copies in, reads too; only what a device may write is copied back (oracle rules R3, R4)', () => {
    for (const release of ['5.17', '6.1', '6.12', '6.18']) {
      expect(roundTrip(release, 'to-device')).toEqual([1, 3000, 0, 0]);
      expect(roundTrip(release, 'from-device')).toEqual([1, 3000, 1, 3000]);
      expect(roundTrip(release, 'bidirectional')).toEqual([1, 3000, 1, 3000]);
    }
  });

  it('before, what a device only writes was not copied in', () => {
    expect(roundTrip('5.16', 'from-device')).toEqual([0, 0, 1, 3000]);
    expect(roundTrip('5.16', 'to-device')).toEqual([1, 3000, 0, 0]);
    expect(roundTrip('3.0', 'bidirectional')).toEqual([1, 3000, 1, 3000]);
  });

  it('a block read moves its payload twice, a write once (oracle rule R4)', () => {
    const request = (payload: Direction): Made => {
      const made = makePool('6.12');
      const parts: [number, Direction][] = [
        [16, 'to-device'],
        [4096, payload],
        [1, 'from-device'],
        [48, 'to-device'],
      ];
      const all = parts.map(([bytes, direction]) => ({
        bytes,
        direction,
        at: mapped(made, bytes, { direction }),
      }));
      for (const { at, bytes, direction } of all) made.pool.unmap(at, bytes, direction);
      return made;
    };
    expect(counts(request('from-device'))).toEqual([4, 4161, 2, 4097]);
    expect(counts(request('to-device'))).toEqual([4, 4161, 1, 1]);
  });

  it('the device sees the bytes, the guest gets those the device wrote', () => {
    const made = makePool('6.12');
    const address = mapped(made, 5000, { direction: 'bidirectional' });
    expect(made.memory.hostRead(address, 5000)).toEqual({
      sight: 'plain',
      bytes: made.memory.read(made.buffer, 5000),
    });
    made.memory.hostWrite(address + 100, bytesFrom(10, 1));
    const before = made.memory.read(made.buffer, 5000);
    made.pool.unmap(address, 5000, 'bidirectional');
    before.set(bytesFrom(10, 1), 100);
    expect(made.memory.read(made.buffer, 5000)).toEqual(before);
  });

  it('a device that writes less than was mapped leaves the rest as it was, since 5.17; before, it became what lay in the slots', () => {
    const rest = (release: string): Uint8Array => {
      const made = makePool(release);
      const address = mapped(made, 2048, { direction: 'from-device' });
      made.memory.hostWrite(address, bytesFrom(8, 1));
      made.pool.unmap(address, 2048, 'from-device');
      return made.memory.read(made.buffer + 8, 2040);
    };
    expect(rest('6.12')).toEqual(bytesFrom(2048, 7).subarray(8));
    expect(rest('5.10')).toEqual(new Uint8Array(2040));
  });

  it('skipping the sync: unmap copies nothing back; at map it spared the copy from 4.10 to 5.16', () => {
    const made = makePool('6.12');
    const address = mapped(made, 100, { direction: 'from-device', skipSync: true });
    made.pool.unmap(address, 100, 'from-device', { skipSync: true });
    expect(counts(made)).toEqual([1, 100, 0, 0]);
    const old = makePool('5.10');
    mapped(old, 100, { skipSync: true });
    expect(counts(old)).toEqual([0, 0, 0, 0]);
  });
});

describe('syncs', () => {
  it('copy by direction, and only the part asked for', () => {
    const made = makePool('6.12');
    const address = mapped(made, 6000, { direction: 'bidirectional' });
    made.memory.write(made.buffer + 3000, bytesFrom(50, 200));
    made.pool.syncForDevice(address + 3000, 50, 'bidirectional');
    expect(made.memory.hostRead(address + 3000, 50).bytes).toEqual(bytesFrom(50, 200));
    made.memory.hostWrite(address + 5000, bytesFrom(20, 3));
    made.pool.syncForCpu(address + 5000, 20, 'bidirectional');
    expect(made.memory.read(made.buffer + 5000, 20)).toEqual(bytesFrom(20, 3));
    expect(counts(made)).toEqual([2, 6050, 1, 20]);
  });

  it('for the CPU nothing comes back of what a device only reads, for the device nothing goes of what it only writes', () => {
    const made = makePool('6.12');
    const address = mapped(made, 100, { direction: 'from-device' });
    made.pool.syncForDevice(address, 100, 'from-device');
    made.pool.syncForCpu(address, 100, 'to-device');
    expect(counts(made)).toEqual([1, 100, 0, 0]);
  });

  it('5.17 alone copies at every sync for the device', () => {
    const made = makePool('5.17');
    made.pool.syncForDevice(mapped(made, 100, { direction: 'from-device' }), 100, 'from-device');
    expect(counts(made)).toEqual([2, 200, 0, 0]);
  });

  it('5.12 takes a sync inside a slot from the start of that slot', () => {
    const seen = (release: string): Uint8Array => {
      const made = makePool(release);
      const address = mapped(made, 1000);
      made.pool.syncForDevice(address + 500, 10, 'to-device');
      return made.memory.hostRead(address + 500, 10).bytes;
    };
    expect(seen('5.11')).toEqual(bytesFrom(510, 7).subarray(500));
    expect(seen('5.12')).toEqual(bytesFrom(10, 7));
    expect(seen('5.13')).toEqual(bytesFrom(510, 7).subarray(500));
  });

  it('inside the first bytes of a second slot: nothing until 6.8 where the mapping has an offset, right since 6.9', () => {
    const copied = (release: string): number[] => {
      const made = makePool(release);
      // The mapping begins 0x400 bytes into slot 0: 0x410 bytes on, it is 0x10 bytes into slot 1.
      const address = mapped(made, 3000, { original: made.buffer + 0x400, minAlignMask: 0xfff });
      const at = address + 0x410;
      made.pool.syncForDevice(at, 8, 'to-device', { minAlignMask: 0xfff });
      expect(made.memory.hostRead(at, 8).bytes).toEqual(made.memory.read(made.buffer + 0x810, 8));
      return counts(made);
    };
    expect(copied('6.8')).toEqual([1, 3000, 0, 0]);
    expect(copied('6.12')).toEqual([2, 3008, 0, 0]);
  });

  it('outside the mapping but in its last slot: it is copied, what is recorded there being huge', () => {
    const copied = (release: string): number[] => {
      const made = makePool(release);
      // 100 bytes that begin 2000 bytes into slot 0: slot 1 has 52 of them, and 100 - 2048 bytes are recorded for it.
      const original = made.buffer + 2000;
      const address = mapped(made, 100, { original, minAlignMask: 0xfff });
      made.pool.syncForDevice(address + 2048, 8, 'to-device', { minAlignMask: 0xfff });
      return [made.pool.copiesToDevice, made.pool.truncatedCopies];
    };
    expect(copied('6.1')).toEqual([2, 0]);
    expect(copied('6.12')).toEqual([2, 0]);
  });

  it('an address that is no bounce buffer is left to others', () => {
    const { pool, buffer } = makePool('6.12');
    expect(pool.has(buffer)).toBe(false);
    expect([
      pool.syncForCpu(buffer, 1, 'bidirectional'),
      pool.syncForDevice(buffer, 1, 'bidirectional'),
      pool.unmap(buffer, 1, 'to-device'),
      pool.freeSlots(buffer, 1),
    ]).toEqual([false, false, false, false]);
  });
});

describe('an unmap that does not match its map', () => {
  it('the wrong direction loses what the device wrote, or writes over what was only to be read', () => {
    const made = makePool('6.12');
    const lost = mapped(made, 100, { direction: 'from-device' });
    made.memory.hostWrite(lost, bytesFrom(100, 50));
    made.pool.unmap(lost, 100, 'to-device');
    expect(made.memory.read(made.buffer, 100)).toEqual(bytesFrom(100, 7));
    const overwritten = mapped(made, 100);
    made.memory.hostWrite(overwritten, bytesFrom(100, 60));
    made.pool.unmap(overwritten, 100, 'from-device');
    expect(made.memory.read(made.buffer, 100)).toEqual(bytesFrom(100, 60));
    expect(made.pool.used).toBe(0);
  });

  it('too many bytes: cut off with a warning since 5.12; before, the neighbour in memory was written over', () => {
    const outcome = (release: string): [Uint8Array, number] => {
      const made = makePool(release);
      const address = mapped(made, 100, { direction: 'bidirectional' });
      made.memory.hostWrite(address, new Uint8Array(2048));
      made.pool.unmap(address, 2048, 'from-device');
      return [made.memory.read(made.buffer + 100, 1900), made.pool.truncatedCopies];
    };
    expect(outcome('6.12')).toEqual([bytesFrom(2000, 7).subarray(100), 1]);
    expect(outcome('5.12')).toEqual([bytesFrom(2000, 7).subarray(100), 1]);
    expect(outcome('5.10')).toEqual([new Uint8Array(1900), 0]);
  });

  it('too few bytes: since 5.13 all slots go back, before those beyond stay in use for ever', () => {
    const used = (release: string): number => {
      const made = makePool(release);
      made.pool.unmap(mapped(made, 8192), 2048, 'to-device');
      return made.pool.used;
    };
    expect([used('5.12'), used('5.13'), used('6.12')]).toEqual([3, 0, 0]);
  });

  it('too many bytes: until 5.12 the slots of the next mapping are freed too, and given to another', () => {
    const outcome = (release: string): [number, unknown] => {
      const made = makePool(release, { slots: 128 });
      const first = mapped(made, 2048);
      const second = mapped(made, 2048);
      made.pool.unmap(first, 4096, 'to-device');
      // Next-fit: slots 2 to 127, then slot 0 again; what comes after that?
      for (let i = 0; i < 127; i += 1) mapped(made, 1);
      const answer = made.pool.map({ original: made.buffer, bytes: 1, direction: 'to-device' });
      return [slotOf(made, second), answer.ok ? slotOf(made, answer.address) : answer.why];
    };
    expect(outcome('5.12')).toEqual([1, 1]);
    expect(outcome('6.12')).toEqual([1, 'full']);
  });

  it('unmapping twice frees nothing more since 5.13', () => {
    const made = makePool('6.12');
    const address = mapped(made, 4096);
    mapped(made, 4096);
    made.pool.unmap(address, 4096, 'to-device');
    made.pool.unmap(address, 4096, 'bidirectional');
    expect([made.pool.used, made.pool.copiesFromDevice]).toEqual([2, 0]);
  });
});
