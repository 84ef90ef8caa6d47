/** Ways to break a text. Each takes a text and gives another; none looks at what the product does with it. */
import type { Random } from './random.js';

export type Mutation = (text: string, random: Random) => string;

/** No input is longer. */
export const LONGEST_INPUT = 1_000_000;

const tokenPattern =
  /\s+|\w+|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*|->|<<|>>|&&|\|\||[=!<>]=|##|[\s\S]/g;

/** What breaks parsers, and what the product gives a meaning to. */
export const dictionary: readonly string[] = [
  ...'( ) { } [ ] ; , : ? # ## ... -> . * & && || ! = == ( ( ) ) { } } {'.split(' '),
  ...[
    '"',
    "'",
    '/*',
    '*/',
    '//',
    '\\',
    '\\\n',
    '\r',
    '\n',
    '\r\n',
    '\0',
    '\f',
    '\ufeff',
    '\u2028',
    'é',
    '\u{1f600}',
  ],
  ...['\ud83d', '\n#if A\n', '\n#ifdef CONFIG_X\n', '\n#elif B\n', '\n#else\n', '\n#endif\n', '\n#if 0\n'],
  ...[
    '\n#define X(a...) a ## b\n',
    '\n#define X',
    '\n#undef X\n',
    '\n#include <linux/virtio.h>\n',
    '\n#include "',
  ],
  ...[
    'typeof(',
    '__attribute__((',
    'asm volatile("',
    '({',
    '})',
    'do {',
    'while (',
    'if (',
    'else',
    'switch (x) {',
  ],
  ...[
    'case 1 ... 2:',
    'default:',
    'goto x;',
    'goto *x;',
    'x:',
    'return',
    'struct',
    'union {',
    'enum {',
    'typedef',
  ],
  ...['static', 'inline', '__free(kfree)', 'guard(mutex)(&x);', 'scoped_guard(spinlock, &x) {', '_Generic('],
  ...[
    'list_for_each_entry(a, b, c)',
    'SYSCALL_DEFINE3(',
    'DEFINE_MUTEX(x);',
    'container_of(',
    'sizeof(struct x)',
  ],
  ...['virt_to_phys(', 'sg_phys(sg)', 'page_to_pfn(', 'cpu_to_virtio64(vdev, ', 'virtio_has_feature(vdev, '],
  ...['VIRTIO_F_ACCESS_PLATFORM', 'vq->use_dma_api', 'vring_use_dma_api(vdev)', 'xen_domain()', 'BIT_ULL('],
  ...[
    '__virtio_clear_bit(',
    '.validate = ',
    '.feature_table = ',
    'virtqueue_add_sgs(',
    '1ULL <<',
    '0x',
    "L'",
  ],
];

const closers: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };
const nests: readonly (readonly [open: string, close: string])[] = [
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
  ['({ ', ' })'],
  ['f(', ')'],
  ['if (a) { ', ' }'],
  ['if (a) b; else ', ''],
  ['a ? ', ' : b'],
  ['(u32)', ''],
  ['*', ''],
  ['!', ''],
  ['a->', ''],
  ['a + ', ''],
  ['a = ', ''],
  ['a, ', ''],
  ['l: ', ''],
  ['case 1: ', ''],
  ['struct { ', ' } a;'],
  ['\n#if A\n', '\n#endif\n'],
  ['\n#if A\nx\n#else\n', '\n#endif\n'],
  ['\n#if A && (\\\n', ''],
  ['do ', ' while (0)'],
  ['while (a) ', ''],
  ['switch (a) { case 1: ', ' }'],
  ['typeof(', ') '],
  ['sizeof(', ')'],
  ['__attribute__((', '))'],
  ['"a" ', ''],
  ['\\\n', ''],
  ['/*', ''],
  ['a ## ', ''],
  ['\n#define X a \\\n', ''],
  ['list_for_each_entry(a, b, c) ', ''],
];

export const mutations: Readonly<Record<string, Mutation>> = {
  tokens(text, random) {
    const tokens = text.match(tokenPattern) ?? [];
    for (let edits = random.magnitude(1, 30); edits > 0 && tokens.length > 0; edits--) {
      const at = random.below(tokens.length);
      const other = random.below(tokens.length);
      const choice = random.below(5);
      if (choice === 0) tokens[at] = '';
      else if (choice === 1) tokens[at] = (tokens[at] as string).repeat(2);
      else if (choice === 2) [tokens[at], tokens[other]] = [tokens[other] as string, tokens[at] as string];
      else if (choice === 3) tokens[at] = tokens[other] as string;
      else tokens[at] += random.pick(dictionary);
    }
    return tokens.join('');
  },

  lines(text, random) {
    const lines = text.split('\n');
    for (let edits = random.magnitude(1, 12); edits > 0; edits--) {
      const at = random.below(lines.length);
      const length = random.magnitude(1, 20);
      if (random.chance(0.4)) lines.splice(at, length);
      else {
        const moved = random.chance(0.5) ? lines.slice(at, at + length) : lines.splice(at, length);
        lines.splice(random.below(lines.length + 1), 0, ...moved);
      }
    }
    return lines.join('\n');
  },

  /** A bracket taken away or added at a few places. */
  brackets(text, random) {
    let result = text;
    for (let edits = random.magnitude(1, 6); edits > 0; edits--) {
      const bracket = random.pick(['(', ')', '{', '}', '[', ']', '"', "'", '/*', '*/']);
      const from = random.below(result.length + 1);
      const found = result.indexOf(bracket, from);
      if (found >= 0 && random.chance(0.6))
        result = result.slice(0, found) + result.slice(found + bracket.length);
      else result = insert(result, from, bracket);
    }
    return result;
  },

  /** Conditional directives at lines where none belongs, and real ones lost. */
  conditionals(text, random) {
    const lines = text.split('\n');
    for (let edits = random.magnitude(1, 10); edits > 0; edits--) {
      const directive = random.pick([
        '#if A',
        '#ifdef B',
        '#ifndef C',
        '#elif D && (E',
        '#else',
        '#endif',
        '#if',
        '# else x',
      ]);
      lines.splice(random.below(lines.length + 1), random.chance(0.3) ? 1 : 0, directive);
    }
    if (random.chance(0.3)) {
      const lost = random.pick(['#endif', '#else', '#if']);
      const at = lines.findIndex((line) => line.startsWith(lost));
      if (at >= 0) lines.splice(at, 1);
    }
    return lines.join('\n');
  },

  /** Cut off anywhere, perhaps behind an opener. */
  unterminated(text, random) {
    const cut = text.slice(0, random.below(text.length + 1));
    return random.chance(0.5) ? cut : cut + random.pick(dictionary);
  },

  characters(text, random) {
    let result = text;
    for (let edits = random.magnitude(1, 40); edits > 0; edits--) {
      const at = random.below(result.length + 1);
      if (random.chance(0.3)) result = result.slice(0, at) + result.slice(at + random.magnitude(1, 8));
      else result = insert(result, at, random.chance(0.5) ? random.pick(dictionary) : anyCharacter(random));
    }
    return result;
  },

  lineEnds(text, random) {
    const style = random.below(4);
    if (style === 0) return text.replace(/\n/g, '\r\n');
    if (style === 1) return text.replace(/\n/g, '\r');
    return text.replace(/\n/g, () => random.pick(['\n', '\r\n', '\r', '\n\r', '\\\n', '\\\r\n', '\\ \n']));
  },

  nuls(text, random) {
    let result = text;
    for (let edits = random.magnitude(1, 200); edits > 0; edits--)
      result = insert(result, random.below(result.length + 1), '\0');
    return result;
  },

  /** Something opened very often at one place, and closed as often, less often or never. */
  nesting(text, random) {
    const [open, close] = random.pick(nests);
    const depth = random.magnitude(2, Math.max(3, Math.min(20_000, Math.floor(200_000 / open.length))));
    const closed = random.pick([depth, 0, random.below(depth + 1), depth + 1]);
    return insert(text, random.below(text.length + 1), open.repeat(depth) + close.repeat(closed));
  },

  hugeLine(text, random) {
    const joined = text.replace(/\n(?!\s*#)/g, ' ');
    if (random.chance(0.7)) return joined;
    const times = Math.floor(random.magnitude(10_000, 300_000) / Math.max(1, joined.length));
    return joined.repeat(Math.max(1, times));
  },

  /** One token, or a short run of text, very often. */
  repetition(text, random) {
    const piece = random.chance(0.6) ? random.pick(dictionary) : slice(text, random, 60);
    const times = Math.floor(random.magnitude(100, 100_000) / Math.max(1, piece.length));
    return insert(text, random.below(text.length + 1), piece.repeat(times));
  },

  brokenEscapes(text, random) {
    return text.replace(/[;,)\n]/g, (found) => (random.chance(0.02) ? `\\${found}` : found));
  },

  /** Brackets exchanged for others of their side or the opposite one. */
  mismatched(text, random) {
    const all = [...Object.keys(closers), ...Object.values(closers)];
    return text.replace(/[()[\]{}]/g, (found) => (random.chance(0.01) ? random.pick(all) : found));
  },
};

/** A run of the text, at most so long. */
export function slice(text: string, random: Random, longest: number): string {
  const length = random.magnitude(1, Math.max(1, Math.min(longest, text.length)));
  const at = random.below(text.length - length + 1);
  return text.slice(at, at + length);
}

function insert(text: string, at: number, piece: string): string {
  return text.slice(0, at) + piece + text.slice(at);
}

export function anyCharacter(random: Random): string {
  const range = random.pick([0x20, 0x80, 0x100, 0x3000, 0x1_0000, 0x11_0000]);
  return String.fromCodePoint(random.below(range));
}
