import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineIndex } from '../../../server/src/text/line-index.js';

it('counts lines and columns from one', () => {
  const index = new LineIndex('ab\ncd\n');
  expect(index.lineCount).toBe(3);
  expect(index.positionAt(0)).toEqual({ line: 1, column: 1 });
  expect(index.positionAt(2)).toEqual({ line: 1, column: 3 });
  expect(index.positionAt(3)).toEqual({ line: 2, column: 1 });
  expect(index.positionAt(6)).toEqual({ line: 3, column: 1 });
  expect(index.rangeOf({ start: 1, end: 4 })).toEqual({
    start: { line: 1, column: 2 },
    end: { line: 2, column: 2 },
  });
});

it('gives lines without their ends, whatever the end', () => {
  const index = new LineIndex('one\r\ntwo\n\nfour');
  expect([1, 2, 3, 4].map((line) => index.lineText(line))).toEqual(['one', 'two', '', 'four']);
  expect(index.lineText(0)).toBe('');
  expect(index.lineText(5)).toBe('');
});

it('takes any offset and any position', () => {
  const index = new LineIndex('ab\ncd');
  expect(index.positionAt(-1)).toEqual({ line: 1, column: 1 });
  expect(index.positionAt(99)).toEqual({ line: 2, column: 3 });
  expect(index.offsetAt({ line: 1, column: 99 })).toBe(2);
  expect(index.offsetAt({ line: 0, column: 1 })).toBe(0);
  expect(index.offsetAt({ line: 9, column: 1 })).toBe(5);
});

it('goes from an offset to a position and back', () => {
  const text = fc
    .array(fc.constantFrom('a', '\n', '\r\n', '\t', 'é', '\u{1f600}'), { maxLength: 30 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.nat(40), (source, offset) => {
      const index = new LineIndex(source);
      const at = Math.min(offset, source.length);
      const position = index.positionAt(at);
      expect(position.line).toBe(source.slice(0, at).split('\n').length);
      // Between `\r` and `\n` there is no place to be: it counts to the end of the line.
      const isInsideLineEnd = source[at] === '\n' && source[at - 1] === '\r';
      expect(index.offsetAt(position)).toBe(isInsideLineEnd ? at - 1 : at);
    }),
  );
});
