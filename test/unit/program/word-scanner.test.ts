import * as fs from 'node:fs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ScanWork, scanFiles, verdict } from '../../../server/src/program/files/scan-files.js';
import { compileScan, windowBytes } from '../../../server/src/program/files/word-scanner.js';

const folder = mkdtempSync(join(tmpdir(), 'vringside-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether the scanner finds one of the words in each text. */
function scan(words: readonly string[], texts: readonly (string | Buffer)[]): boolean[] {
  const paths = texts.map((_, index) => `f${index}`);
  texts.forEach((text, index) => {
    writeFileSync(join(folder, `f${index}`), text);
  });
  const verdicts = new Uint8Array(texts.length);
  const work: ScanWork = {
    ...compileScan(words),
    windowBytes,
    root: folder,
    paths,
    next: new Int32Array(1),
    verdicts,
  };
  expect(scanFiles(fs, work, 3, Number.POSITIVE_INFINITY)).toBe(true);
  return [...verdicts].map((found) => found === verdict.present);
}

describe('the word scanner', () => {
  it('agrees with a plain search, whatever the words and the text', () => {
    const letters = fc.constantFrom(...'abAB_1 \n');
    const word = fc.string({ unit: fc.constantFrom(...'abAB_1'), minLength: 3, maxLength: 6 });
    const text = fc.string({ unit: letters, maxLength: 80 });
    const texts = fc.array(text, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), texts, (words, contents) => {
        const plain = contents.map((content) =>
          words.some((one) => content.toLowerCase().includes(one.toLowerCase())),
        );
        expect(scan(words, contents)).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it('is not fooled by characters that differ from a letter in one bit', () => {
    // `@` and the back-tick, `[` and `{` fold alike, as do control characters and some punctuation.
    expect(scan(['a_b', 'x@y'], ['a\u007fb', 'A_B', 'x`y', 'X@Y', '\u0001_b', 'a?b'])).toEqual([
      false,
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  it('finds a word at the very end, and none beyond it', () => {
    expect(scan(['vring'], [`${'x'.repeat(1000)}vring`, `${'x'.repeat(1000)}vrin`])).toEqual([true, false]);
    // What an earlier, longer file left in memory is not part of a shorter one.
    expect(scan(['vring'], ['xxxxvringxxxx', 'xxxx'])).toEqual([true, false]);
  });

  it('reads bytes that are no text', () => {
    const bytes = Buffer.alloc(70_000, 0xff);
    const hidden = Buffer.concat([bytes, Buffer.from('VhOsT'), bytes]);
    expect(scan(['vhost'], [bytes, hidden])).toEqual([false, true]);
  });

  it('refuses words it cannot look for', () => {
    expect(() => compileScan(['ab'])).toThrow(RangeError);
    expect(() => compileScan(['größe'])).toThrow(RangeError);
  });

  it('runs from its text alone, as helper threads run it', () => {
    writeFileSync(join(folder, 'with'), 'struct vring v;');
    writeFileSync(join(folder, 'without'), 'struct ring v;');
    const paths = ['with', 'without', 'missing'];
    const verdicts = new Uint8Array(paths.length);
    const next = new Int32Array(1);
    const work: ScanWork = { ...compileScan(['vring']), windowBytes, root: folder, paths, next, verdicts };
    const alone = new Function(`'use strict'; return ${scanFiles.toString()}`)() as typeof scanFiles;
    expect(alone(fs, work, 2, Number.POSITIVE_INFINITY)).toBe(true);
    expect([...verdicts]).toEqual([verdict.present, verdict.absent, verdict.unreadable]);
  });
});
