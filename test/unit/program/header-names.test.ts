import { describe, expect, it } from 'vitest';
import { HeaderIndex, hashOfName, scanHeader } from '../../../server/src/program/names/header-names.js';

/** Which of the names the scan reports. */
function reported(text: string, names: string): string[] {
  const hashes = new Set<number>();
  scanHeader(text, (hash) => hashes.add(hash));
  return names.split(' ').filter((name) => hashes.has(hashOfName(name)));
}

/** All of `names` must be among what the scan reports, and none of `others`. */
function expectNames(text: string, names: string, others = ''): void {
  expect(reported(text, names).join(' ')).toBe(names);
  expect(reported(text, others)).toEqual([]);
}

describe('names a header may define', () => {
  it('functions, however their heads are laid out', () => {
    expectNames(
      'int one(int a, struct x *b);\nstatic inline void\ntwo(void)\n{\n\tcall(local);\n}\nstruct s *three (void);\nint (four)(int z);\n' +
        '__printf(1, 2) void five(const char *f, ...);\nenum e six(void)\n{\n\tint inner;\n}\nint seven;\n',
      'one two three four five six seven',
      'call local inner',
    );
  });

  it('macros, with continued lines and comments in them', () => {
    expectNames(
      '#define ONE 1\n#  define TWO(x) \\\n\tbody(x); \\\n\tmore\n#define THREE /* a\n{ comment */ 3\r\n#define FOUR "{" \\\r\n "{"\nint five;\n',
      'ONE TWO THREE FOUR five',
      'body more comment',
    );
  });

  it('types and their tags, enumerators, variables', () => {
    expectNames(
      'struct one { int field; struct two { int x; } two; };\ntypedef struct { int y; } three;\ntypedef int (*four)(int);\ntypedef int (five)(int);\n' +
        'enum six { SEVEN, EIGHT = (1 << 2), NINE };\nextern int ten, *eleven, twelve[4];\nint thirteen __read_mostly;\nunion fourteen;\n' +
        'DEFINE_STATIC_KEY_FALSE(fifteen);\nstruct sixteen {\n\tstruct_group_tagged(seventeen, hdr,\n\t\tint z;\n\t);\n};\n',
      'one two three four five six SEVEN EIGHT NINE ten eleven twelve thirteen fourteen fifteen sixteen seventeen',
      'field z',
    );
  });

  it('behind braces that do not match: in #if arms, extern "C", strings, comments', () => {
    expectNames(
      '#ifdef __cplusplus\nextern "C" {\n#endif\nint one;\n#ifdef A\nstruct two {\n\tint a;\n#else\nstruct three {\n#endif\n\tint b;\n};\nint four;\n' +
        'char *s = "{ \\" {"; /* { */ // {\nint five;\nchar c = \'{\';\nint six;\n#ifdef B\nvoid f(void) {\n#else\nvoid g(void) {\n#endif\n}\nint seven;\n',
      'one two three four five six seven f g',
      'a b',
    );
  });

  it('of anything at all, in linear time', () => {
    const awkward = [
      '{',
      '(',
      '"',
      "'",
      '/*',
      '#define',
      '#if',
      '#define A \\\n',
      'enum {',
      '\\',
      '\0',
      'x ',
      '/',
      '#',
    ];
    for (const piece of awkward) {
      const started = performance.now();
      scanHeader(piece.repeat(200_000), () => undefined);
      expect(performance.now() - started, JSON.stringify(piece)).toBeLessThan(2000);
      scanHeader(piece, () => undefined);
    }
  });
});

describe('the index of headers', () => {
  it('gives the headers in the order they were added, each once', () => {
    const index = new HeaderIndex();
    index.add('a.h', 'int f(void);\n#define G 1\nint f(void) { return 1; }\n');
    index.add('b.h', '#define H 1\n');
    index.add('c.h', 'int f(void);\n');
    expect(index.mayDefine('f')).toEqual(['a.h', 'c.h']);
    expect(index.mayDefine('H')).toEqual(['b.h']);
    expect(index.mayDefine('none')).toEqual([]);
  });

  it('holds more names than it had room for at first', () => {
    const index = new HeaderIndex();
    for (let file = 0; file < 40; file++) {
      const lines = Array.from({ length: 5000 }, (_, i) => `#define N_${file}_${i} ${i}`);
      index.add(`${file}.h`, lines.join('\n'));
    }
    for (const file of [0, 17, 39])
      for (const i of [0, 2500, 4999]) expect(index.mayDefine(`N_${file}_${i}`)).toContain(`${file}.h`);
  });
});
