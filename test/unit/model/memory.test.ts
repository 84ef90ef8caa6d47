import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConvertedContent,
  GuestMemory,
  type PrivateAccess,
} from '../../../server/src/model/memory/guest-memory.js';
import { Trace } from '../../../server/src/model/trace.js';

const PAGE = 4096;

function memoryThat(
  deviceReads: PrivateAccess,
  content: ConvertedContent = 'kept',
  failsConversion?: (ordinal: number) => boolean,
): GuestMemory {
  return new GuestMemory({
    pageSize: PAGE,
    size: 2 ** 30,
    protection: { deviceReads, content, canFail: failsConversion !== undefined },
    trace: new Trace(),
    ...(failsConversion === undefined ? {} : { failsConversion }),
  });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('what a device gets of guest memory', () => {
  it('is the bytes themselves where nothing is protected', () => {
    const memory = memoryThat('open');
    const at = memory.allocate(10);
    memory.write(at, bytes('plaintext'));
    expect(memory.hostRead(at, 9)).toEqual({ sight: 'plain', bytes: bytes('plaintext') });
  });

  it('is ciphertext of a private page under memory encryption, and the text after it is shared and written again', () => {
    const memory = memoryThat('ciphertext');
    const at = memory.allocate(PAGE);
    memory.write(at, bytes('plaintext'));
    const seen = memory.hostRead(at, 9);
    expect(seen.sight).toBe('ciphertext');
    expect(seen.bytes).not.toEqual(bytes('plaintext'));
    memory.share(at, PAGE);
    memory.write(at, bytes('plaintext'));
    expect(memory.hostRead(at, 9)).toEqual({ sight: 'plain', bytes: bytes('plaintext') });
  });

  it('is nothing where the access faults, and the guest keeps what it had', () => {
    const memory = memoryThat('fault');
    const at = memory.allocate(PAGE);
    memory.write(at, bytes('kept'));
    expect(memory.hostRead(at, 4)).toEqual({ sight: 'fault', bytes: new Uint8Array(0) });
    expect(memory.hostWrite(at, bytes('lost'))).toBe('fault');
    expect(memory.read(at, 4)).toEqual(bytes('kept'));
  });

  it('is other memory where private and shared halves differ: a write there never reaches the guest', () => {
    const memory = memoryThat('stale-alias');
    const at = memory.allocate(PAGE);
    memory.write(at, bytes('mine'));
    expect(memory.hostRead(at, 4)).toEqual({ sight: 'stale-alias', bytes: new Uint8Array(4) });
    expect(memory.hostWrite(at, bytes('host'))).toBe('stale-alias');
    expect(memory.read(at, 4)).toEqual(bytes('mine'));
    expect(memory.hostRead(at, 4).bytes).toEqual(bytes('host'));
  });

  it('corrupts what the guest sees when a device writes to an encrypted page', () => {
    const memory = memoryThat('ciphertext');
    const at = memory.allocate(PAGE);
    memory.write(at, bytes('mine'));
    expect(memory.hostWrite(at, bytes('host'))).toBe('ciphertext');
    expect(memory.read(at, 4)).not.toEqual(bytes('mine'));
    expect(memory.read(at, 4)).not.toEqual(bytes('host'));
    expect(memory.hostRead(at, 4).bytes).toEqual(bytes('host'));
  });

  it('is said to be elsewhere beyond the end of memory', () => {
    const memory = memoryThat('open');
    expect(memory.hostRead(2 ** 51, 16).sight).toBe('wrong-address');
    expect(memory.hostWrite(2 ** 30 - 8, new Uint8Array(16))).toBe('wrong-address');
  });
});

describe('conversion', () => {
  it('keeps, zeroes or destroys what was there', () => {
    for (const [content, expected] of [
      ['kept', 'same'],
      ['zeroed', 'zero'],
      ['destroyed', 'other'],
    ] as const) {
      const memory = memoryThat('fault', content);
      const at = memory.allocate(PAGE);
      memory.write(at, bytes('data'));
      memory.share(at, PAGE);
      const after = memory.read(at, 4);
      const found = after.every((b) => b === 0) ? 'zero' : expected === 'same' ? 'same' : 'other';
      expect(found).toBe(expected);
      if (expected === 'same') expect(after).toEqual(bytes('data'));
      if (expected === 'other') expect(after).not.toEqual(bytes('data'));
    }
  });

  it('leaks every page of a range of which one was refused, and never frees it', () => {
    const memory = memoryThat('fault', 'kept', (ordinal) => ordinal === 2);
    const at = memory.allocate(4 * PAGE);
    expect(memory.share(at, 4 * PAGE)).toBe(false);
    expect(memory.pagesIn('leaked')).toBe(4);
    expect(() => memory.free(at, 4 * PAGE)).toThrow(/freed while leaked/);
  });

  it('never frees a page that the host can see', () => {
    const memory = memoryThat('fault');
    const at = memory.allocate(PAGE);
    memory.share(at, PAGE);
    expect(() => memory.free(at, PAGE)).toThrow(/freed while shared/);
    memory.unshare(at, PAGE);
    memory.free(at, PAGE);
    expect(memory.allocate(PAGE)).toBe(at);
  });

  it('converts whole pages: a neighbour on the same page becomes visible too', () => {
    const memory = memoryThat('ciphertext');
    const at = memory.allocate(PAGE);
    memory.share(at + 100, 1);
    memory.write(at, bytes('neighbour'));
    expect(memory.hostRead(at, 9)).toEqual({ sight: 'plain', bytes: bytes('neighbour') });
  });

  it('treats a pool of thousands of pages as page by page', () => {
    const memory = memoryThat('fault');
    const at = memory.allocate(1000 * PAGE);
    memory.share(at, 1000 * PAGE);
    expect(memory.pagesIn('shared')).toBe(1000);
    memory.unshare(at + 500 * PAGE, PAGE);
    expect(memory.hostRead(at + 499 * PAGE, PAGE).sight).toBe('plain');
    expect(memory.hostRead(at + 500 * PAGE, 1).sight).toBe('fault');
    expect(memory.hostRead(at + 499 * PAGE + 4000, 200).sight).toBe('fault');
  });
});

describe('over any sequence of conversions and accesses', () => {
  const pages = 80;
  const step = fc.oneof(
    fc.record({
      op: fc.constant('share' as const),
      page: fc.nat(pages - 1),
      count: fc.integer({ min: 1, max: 70 }),
    }),
    fc.record({
      op: fc.constant('unshare' as const),
      page: fc.nat(pages - 1),
      count: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({
      op: fc.constant('look' as const),
      page: fc.nat(pages - 1),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  );
  const kinds = fc.constantFrom<PrivateAccess>('ciphertext', 'fault', 'stale-alias');

  it('no look at private memory goes unnoticed, and shared memory is what the guest wrote', () => {
    fc.assert(
      fc.property(kinds, fc.array(step, { maxLength: 40 }), (kind, steps) => {
        const memory = memoryThat(kind);
        const start = memory.allocate(pages * PAGE);
        // The plain definition: one flag a page.
        const isShared = new Array<boolean>(pages).fill(false);
        steps.forEach(({ op, page, count }, i) => {
          const n = Math.min(count, pages - page);
          const at = start + page * PAGE;
          if (op === 'look') {
            const written = new Uint8Array(n * PAGE).fill(1 + (i % 250));
            memory.write(at, written);
            const view = memory.hostRead(at, n * PAGE);
            const allShared = isShared.slice(page, page + n).every(Boolean);
            expect(view.sight === 'plain').toBe(allShared);
            if (allShared) expect(view.bytes).toEqual(written);
            else if (kind !== 'fault') expect(view.bytes).not.toEqual(written);
          } else {
            expect(op === 'share' ? memory.share(at, n * PAGE) : memory.unshare(at, n * PAGE)).toBe(true);
            isShared.fill(op === 'share', page, page + n);
          }
        });
        expect(memory.pagesIn('shared')).toBe(isShared.filter(Boolean).length);
      }),
      { numRuns: 300 },
    );
  });

  it('numbers and bytes are two ways to the same memory', () => {
    fc.assert(
      fc.property(
        fc.nat(PAGE * 2),
        fc.constantFrom(2 as const, 4 as const, 8 as const),
        fc.maxSafeNat(),
        (at, width, n) => {
          const memory = memoryThat('open');
          const start = memory.allocate(PAGE * 3);
          const value = width === 8 ? n : n % 2 ** (8 * width);
          memory.writeNumber(start + at, value, width);
          expect(memory.readNumber(start + at, width)).toBe(value);
          const raw = memory.read(start + at, width);
          expect([...raw].reduceRight((sum, b) => sum * 256 + b, 0)).toBe(value);
        },
      ),
    );
  });
});
