import { describe, expect, it } from 'vitest';
import { swiotlbSources } from '../../../../server/src/model/bounce/mechanics.js';
import { swiotlbOf } from '../../../../server/src/model/bounce/pool.js';

describe('swiotlbOf', () => {
  it('reads a release as it is written, and takes the newest row not after it', () => {
    expect(swiotlbOf('v6.12')).toBe(swiotlbOf('6.12.117'));
    expect(swiotlbOf('6.12-rc3').release).toBe('6.10');
    expect(swiotlbOf('6.18').release).toBe('6.10');
    expect(swiotlbOf('5.4').release).toBe('4.11');
    expect(swiotlbOf('4.9').release).toBe('3.0');
    expect(swiotlbOf('3.10').release).toBe('3.0');
  });

  it('knows no release before 3.0, and nothing else', () => {
    expect(() => swiotlbOf('2.6.39')).toThrow(RangeError);
    expect(() => swiotlbOf('tree')).toThrow(RangeError);
  });

  it('6.1 and 6.12 are as the two trees are', () => {
    expect(swiotlbOf('6.1')).toMatchObject({
      hasAreas: true,
      areasFollowSize: false,
      halvesWhenShort: true,
      mapCopies: 'all',
      search: 'by index',
      frees: 'by record',
      hasPadSlots: false,
      growth: 'none',
    });
    expect(swiotlbOf('6.12')).toMatchObject({
      areasFollowSize: true,
      search: 'by address',
      hasPadSlots: true,
      roundsWithOffset: true,
      growth: 'area by area',
    });
  });

  it('every row is after the one before it and says where it was read', () => {
    const order = swiotlbSources.map(({ release }) => release.split('.').map(Number));
    const sorted = [...order].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
    expect(order).toEqual(sorted);
    expect(swiotlbSources.filter(({ source }) => source.length < 8)).toEqual([]);
  });
});
