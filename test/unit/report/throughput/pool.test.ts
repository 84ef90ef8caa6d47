import { describe, expect, it } from 'vitest';
import { displayWidth, makeStyle, plainStyle } from '../../../../server/src/report/style.js';
import { poolToJson, poolToText } from '../../../../server/src/report/throughput/index.js';
import { fails, fits, tight } from './example.js';

function gauge(text: string): string {
  return text.split('\n').find((line) => line.startsWith('  [')) ?? '';
}

describe('model pool, text', () => {
  it('says the verdict, where it falls over, how it shows and what to boot with', () => {
    const text = poolToText([fails], plainStyle);
    expect(text.split('\n')[0]).toBe('powerpc PEF  fails');
    expect(text).toMatch(/falls over +at 32 queue pairs of 1024 receive buffers/);
    expect(text).toMatch(/how it shows +the log says "swiotlb buffer is full"/);
    expect(text).toMatch(/boot with +swiotlb=65536 \(65 536 slots, 128 MiB\)/);
  });

  it('recommends nothing where the pool is large enough', () => {
    expect(poolToText([fits], plainStyle)).not.toMatch(/boot with|how it shows/);
  });

  it('sums what is asked for', () => {
    expect(poolToText([fails], plainStyle)).toMatch(/41 600 +81\.3 MiB +127\.0 % +together/);
  });

  it('draws what goes beyond the pool behind its end, and a free rest inside', () => {
    expect(gauge(poolToText([fails], plainStyle))).toMatch(/^ {2}\[#+\]#+\+$/);
    expect(gauge(poolToText([tight], plainStyle))).toMatch(/^ {2}\[#+\++\.+\]$/);
    expect(gauge(poolToText([fits], plainStyle))).toMatch(/^ {2}\[#+\++\.{70,}\]$/);
  });

  it('draws the pool to scale', () => {
    const drawn = gauge(poolToText([tight], plainStyle));
    const posted = drawn.match(/#/g)?.length ?? 0;
    expect(posted / (drawn.trim().length - 2)).toBeCloseTo(28_672 / 32_768, 1);
  });

  it.each([80, 100, 120])('fits %i columns', (width) => {
    const style = makeStyle({ isColoured: false, isUnicode: false, width });
    const text = poolToText([fits, tight, fails], style);
    expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(width);
  });
});

describe('model pool, JSON', () => {
  it('carries the sum, the verdict and the boot option', () => {
    const { pools } = JSON.parse(poolToJson([fits, fails]));
    expect(pools).toHaveLength(2);
    expect(pools[0].recommended).toBeNull();
    expect(pools[1]).toMatchObject({
      platform: 'pef',
      demandedSlots: 41_600,
      verdict: 'fails',
      recommended: { slots: 65_536, bytes: 134_217_728, bootOption: 'swiotlb=65536' },
    });
  });
});
