import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenKind, tokenize } from '../../../server/src/syntax/lexer.js';

const NAMES = new Map(Object.entries(TokenKind).map(([name, kind]) => [kind as number, name]));

function list(text: string): string[] {
  const { count, kinds, starts, ends } = tokenize(text);
  return Array.from({ length: count }, (_, i) => `${NAMES.get(kinds[i]!)} ${text.slice(starts[i], ends[i])}`);
}

describe('tokenize', () => {
  it('reads words, numbers, strings and punctuation', () => {
    expect(list('a->b[0x1f] = "s\\"t";')).toEqual([
      'identifier a',
      'arrow ->',
      'identifier b',
      'openBracket [',
      'number 0x1f',
      'closeBracket ]',
      'assign =',
      'string "s\\"t"',
      'semicolon ;',
    ]);
  });

  it('takes the longest operator', () => {
    expect(list('a<<=b>>c&&d##e...f')).toEqual([
      'identifier a',
      'operator <<=',
      'identifier b',
      'operator >>',
      'identifier c',
      'andAnd &&',
      'identifier d',
      'paste ##',
      'identifier e',
      'ellipsis ...',
      'identifier f',
    ]);
  });

  it('keeps numbers with exponents whole and ranges apart', () => {
    expect(list('1.5e+3 0xe+1 0x1p-3 1...5 .5')).toEqual([
      'number 1.5e+3',
      'number 0xe',
      'operator +',
      'number 1',
      'number 0x1p-3',
      'number 1',
      'ellipsis ...',
      'number 5',
      'number .5',
    ]);
  });

  it('ends a directive at its line end, continuations and comments included', () => {
    expect(list('#define A(x) \\\n x /* a\nb */ + #x\nint b;')).toEqual([
      'directive #',
      'identifier define',
      'identifier A',
      'openParen (',
      'identifier x',
      'closeParen )',
      'identifier x',
      'comment /* a\nb */',
      'operator +',
      'stringify #',
      'identifier x',
      'directiveEnd \n',
      'identifier int',
      'identifier b',
      'semicolon ;',
    ]);
  });

  it('reads a header name as one token, comment marks and all', () => {
    expect(list('#include <linux//virtio.h>\n')).toEqual([
      'directive #',
      'identifier include',
      'string <linux//virtio.h>',
      'directiveEnd \n',
    ]);
  });

  it('ends what is unterminated: a string with its line, a comment with the text', () => {
    expect(list('"abc\nx \'y\n/* z')).toEqual(['string "abc', 'identifier x', "char 'y", 'comment /* z']);
  });

  it('continues strings and line comments over an escaped line end, also CR LF', () => {
    expect(list('"a\\\r\nb" c')).toEqual(['string "a\\\r\nb"', 'identifier c']);
    expect(list('// a\\\r\nb\r\nc')).toEqual(['comment // a\\\r\nb', 'identifier c']);
  });

  it('skips a BOM and names NULs and stray characters', () => {
    expect(list('\uFEFFint\0@ x')).toEqual(['identifier int', 'invalid \0', 'invalid @', 'identifier x']);
  });

  it('tiles any text with tokens and white space', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '#',
        '\n',
        '\r\n',
        '\\\n',
        '/*',
        '*/',
        '//',
        '"',
        "'",
        '<',
        '...',
        '##',
        '\0',
        'L"',
        '1e+',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const { count, starts, ends } = tokenize(text);
        let at = 0;
        for (let i = 0; i < count; i++) {
          expect(text.slice(at, starts[i])).toMatch(/^(?:\s|\uFEFF|\\(?:\r\n|\n|\r|$))*$/);
          expect(ends[i]).toBeGreaterThanOrEqual(starts[i]!);
          at = ends[i]!;
        }
        expect(text.slice(at)).toMatch(/^(?:\s|\uFEFF|\\(?:\r\n|\n|\r|$))*$/);
      }),
      { numRuns: 500 },
    );
  });
});
