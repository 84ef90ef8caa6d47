import { describe, expect, it } from 'vitest';
import {
  joined,
  rateText,
  ratioText,
  scaled,
  significant,
  sizeText,
  wrapFigures,
} from '../../../../server/src/report/throughput/units.js';

describe('figures', () => {
  it.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [0.9996, '1.00'],
    [1.2345, '1.23'],
    [99.96, '100'],
    [123.4, '123'],
    [1234, '1230'],
  ])('%d has three significant digits: %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  it.each([
    [512, '512 B'],
    [1460, '1460 B'],
    [4096, '4 KiB'],
    [4113, '4113 B'],
    [131072, '128 KiB'],
    [1048576, '1 MiB'],
    [1048593, '1.00 MiB'],
    [6144000, '5.86 MiB'],
    [67108864, '64 MiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it('takes the prefix from the best guess, after rounding', () => {
    expect(joined(rateText({ low: 980e3, mid: 1.2e6, high: 2.4e6 }))).toBe('0.980-1.20-2.40M');
    expect(joined(rateText({ low: 320e6, mid: 400e6, high: 1.2e9 }, 'B/s'))).toBe('320-400-1200 MB/s');
    expect(scaled(999.7)).toBe('1.00k');
    expect(scaled(999.4)).toBe('999');
  });

  it('gives ratios two decimals, and two digits below a tenth', () => {
    expect(joined(ratioText({ low: 0.6, mid: 0.8, high: 0.9 }))).toBe('0.60-0.80-0.90x');
    expect(joined(ratioText({ low: 0.012, mid: 0.0949, high: 1 }))).toBe('0.012-0.095-1.00x');
    expect(joined(ratioText({ low: 1, mid: 1, high: 1 }))).toBe('1.00x');
  });

  it('never breaks a number', () => {
    expect(wrapFigures('the pool has 32 768 slots', 16)).toEqual(['the pool has', '32 768 slots']);
    expect(wrapFigures('an error of 11.7 % here', 16)).toEqual(['an error of', '11.7 % here']);
  });
});
