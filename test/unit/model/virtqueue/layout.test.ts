import { describe, expect, it } from 'vitest';
import { needEvent, needPackedEvent, offWrap } from '../../../../server/src/model/virtqueue/event-index.js';
import {
  addressesAt,
  availEventAt,
  descriptorsOf,
  EVENT_DESC,
  EVENT_DISABLE,
  EVENT_ENABLE,
  packedLayout,
  splitLayout,
  usedEventAt,
} from '../../../../server/src/model/virtqueue/layout.js';

describe('the parts of a split ring', () => {
  it('have the sizes of the table in virtio 1.2, 2.7', () => {
    const { descriptors, driver, device } = splitLayout(256, 4);
    expect([descriptors.bytes, driver.bytes, device.bytes]).toEqual([4096, 518, 2054]);
  });

  it('stand where a legacy device looks for them: the used ring on the next page', () => {
    const layout = splitLayout(256, 4096);
    expect(layout.driver.offset).toBe(4096);
    expect(layout.device.offset).toBe(8192);
    // What vring_size(256, 4096) is.
    expect(layout.bytes).toBe(10246);
  });

  it.each([1, 2, 8, 128, 1024, 32768])('are aligned and do not overlap, for %i entries', (size) => {
    for (const align of [4, 64, 4096]) {
      const { descriptors, driver, device, bytes } = splitLayout(size, align);
      expect(driver.offset).toBe(descriptors.offset + descriptors.bytes);
      expect(device.offset).toBeGreaterThanOrEqual(driver.offset + driver.bytes);
      expect(device.offset - driver.offset - driver.bytes).toBeLessThan(align);
      expect(bytes).toBe(device.offset + device.bytes);
      for (const part of [descriptors, driver, device]) expect(part.offset % part.alignment).toBe(0);
    }
  });

  it('end with the event indexes', () => {
    const layout = splitLayout(8, 64);
    const at = addressesAt(layout, 0x1000);
    expect(usedEventAt(at.driver, 8) + 2).toBe(at.driver + layout.driver.bytes);
    expect(availEventAt(at.device, 8) + 2).toBe(at.device + layout.device.bytes);
  });
});

it('a packed ring is its descriptors and two words of event suppression', () => {
  const { descriptors, driver, device, bytes } = packedLayout(100);
  expect([descriptors.bytes, driver.bytes, device.bytes, bytes]).toEqual([1600, 4, 4, 1608]);
});

it('sizes that a ring cannot have are refused', () => {
  for (const size of [0, -1, 3, 100, 65536, 1.5]) expect(() => splitLayout(size, 64)).toThrow(RangeError);
  for (const size of [0, -1, 32769, 1.5]) expect(() => packedLayout(size)).toThrow(RangeError);
});

it('counts descriptors in the ring and in the table; one buffer never has a table', () => {
  expect(descriptorsOf([1, 2, 3], false)).toEqual({ ring: 3, table: 0 });
  expect(descriptorsOf([1, 2, 3], true)).toEqual({ ring: 1, table: 3 });
  expect(descriptorsOf([1], true)).toEqual({ ring: 1, table: 0 });
});

describe('event indexes', () => {
  it('are passed when they are among the entries just written, at every place of the 16 bits', () => {
    for (const old of [0, 1, 255, 32767, 32768, 65530, 65535]) {
      for (const moved of [0, 1, 2, 7, 300]) {
        const written = new Set(Array.from({ length: moved }, (_, i) => (old + i) & 0xffff));
        for (let event = old - 5; event < old + moved + 5; event += 1)
          expect(needEvent(event & 0xffff, (old + moved) & 0xffff, old)).toBe(written.has(event & 0xffff));
      }
    }
  });

  it.each([1, 2, 3, 7])('of a packed ring of %i name a descriptor of one round', (size) => {
    // Descriptors numbered from the start of time; the wrap counter is 1 in the first round and every other.
    const wrapOf = (n: number): boolean => Math.floor(n / size) % 2 === 0;
    for (let now = size; now < 4 * size; now += 1) {
      for (let moved = 0; moved <= size; moved += 1) {
        // The other side is at most a ring behind, and waits for the next descriptor at most.
        for (let event = now - size; event <= now; event += 1) {
          const at = { offset: now % size, wrap: wrapOf(now), size, moved };
          const word = offWrap(event % size, wrapOf(event));
          expect(needPackedEvent(EVENT_DESC, word, at)).toBe(event >= now - moved && event < now);
        }
      }
    }
  });

  it('of a packed ring may be on for all, or off', () => {
    const at = { offset: 3, wrap: true, size: 8, moved: 0 };
    expect(needPackedEvent(EVENT_ENABLE, 0, at)).toBe(true);
    expect(needPackedEvent(EVENT_DISABLE, 3, { ...at, moved: 8 })).toBe(false);
  });
});
