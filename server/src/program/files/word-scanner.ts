/**
 * Does a file hold one of a few words? Asked of 60 000 files and 1.3 GB, so it is asked in SIMD.
 *
 * The inner loop is a WebAssembly module written out here byte by byte for the given words: 16 positions at a time
 * are compared, folded to one case, with the first three letters of every word; only what passes is compared in full.
 */

/** All a thread needs to look for the words; crosses threads as it is. */
export interface ScanProgram {
  /** Lower case. */
  readonly words: readonly string[];
  readonly module: WebAssembly.Module;
}

/** Bytes of one file looked at in one go. Stays in the processor's second-level cache. */
export const windowBytes = 256 * 1024;

/** Words are ASCII, at least three letters long; case does not matter. */
export function compileScan(words: readonly string[]): ScanProgram {
  const lower = words.map((word) => word.toLowerCase());
  const unfit = lower.find((word) => !/^[!-~]{3,64}$/.test(word));
  if (unfit !== undefined) throw new RangeError(`not a word to scan for: ${JSON.stringify(unfit)}`);
  return { words: lower, module: new WebAssembly.Module(moduleBytes(lower)) };
}

// ---- the module ------------------------------------------------------------------------------------------
//
//   (memory (export "memory") pages)
//   (func (export "next") (param $at i32) (param $end i32) (result i32)
//     loop: if $at >= $end return $end
//           $fold = v128.load($at) | 0x20..      no word's first letter in it: $at += 16, again
//           $mask = OR over words of  fold(0)==a & fold(1)==b & fold(2)==c
//           if any: return $at + index of the first;  $at += 16, again)

/** Prefix of every vector instruction. */
const simd = 0xfd;
const op = {
  block: 0x02, loop: 0x03, if: 0x04, end: 0x0b, br: 0x0c, return: 0x0f,
  get: 0x20, set: 0x21, tee: 0x22, i32Const: 0x41, geU: 0x4f, add: 0x6a, ctz: 0x68,
} as const; // biome-ignore format: a table
const vector = { load: 0, splat8: 15, eq8: 35, and: 78, or: 80, anyTrue: 83, bitmask8: 100 } as const;
const i32 = 0x7f;
const v128 = 0x7b;
const noResult = 0x40;
const local = { at: 0, end: 1, first: 2, second: 3, third: 4, mask: 5, foldBit: 6 } as const;

function moduleBytes(words: readonly string[]): Uint8Array<ArrayBuffer> {
  const pages = Math.ceil((windowBytes + 64) / 65536) + 1;
  const body = scanBody(words);
  const locals = [1, 5, v128];
  const code = [...unsigned(locals.length + body.length), ...locals, ...body];
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 2, i32, i32, 1, i32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...unsigned(pages)]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('next'), 0, 0]),
    ...section(10, [1, ...code]),
  ]); // biome-ignore format: one line a section
}

function scanBody(words: readonly string[]): number[] {
  const heads = [...new Set(words.map((word) => word.slice(0, 3)))];
  const firsts = [...new Set(words.map((word) => word.slice(0, 1)))];
  const advance = [op.get, local.at, op.i32Const, 16, op.add, op.set, local.at, op.br];
  return [
    ...[op.i32Const, 0x20, simd, vector.splat8, op.set, local.foldBit],
    ...[op.loop, noResult],
    ...[op.get, local.at, op.get, local.end, op.geU, op.if, noResult, op.get, local.end, op.return, op.end],
    ...[...loadFolded(0), op.set, local.first],
    ...[...anyOf(firsts.map((head) => equals(local.first, head, 0))), ...v(vector.anyTrue)],
    ...[op.if, noResult],
    ...[...loadFolded(1), op.set, local.second, ...loadFolded(2), op.set, local.third],
    ...[...anyOf(heads.map(headMatches)), op.set, local.mask],
    ...[op.get, local.mask, ...v(vector.anyTrue), op.if, noResult],
    ...[op.get, local.at, op.get, local.mask, ...v(vector.bitmask8), op.ctz, op.add, op.return],
    ...[op.end, op.end],
    ...[...advance, 0, op.end],
    ...[op.get, local.end, op.end],
  ];
}

/** 16 bytes from `at + offset`, folded so that the two cases of a letter are one. */
function loadFolded(offset: number): number[] {
  return [op.get, local.at, ...v(vector.load), 0, offset, op.get, local.foldBit, ...v(vector.or)];
}

function equals(register: number, head: string, position: number): number[] {
  const code = head.charCodeAt(position) | 0x20;
  return [op.get, register, op.i32Const, ...signed(code), ...v(vector.splat8), ...v(vector.eq8)];
}

function headMatches(head: string): number[] {
  return [
    ...equals(local.first, head, 0),
    ...[...equals(local.second, head, 1), ...v(vector.and)],
    ...[...equals(local.third, head, 2), ...v(vector.and)],
  ];
}

function anyOf(tests: readonly number[][]): number[] {
  return tests.flatMap((test, index) => (index === 0 ? test : [...test, ...v(vector.or)]));
}

function v(instruction: number): number[] {
  return [simd, ...unsigned(instruction)];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text, 'latin1')];
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a small positive number. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
