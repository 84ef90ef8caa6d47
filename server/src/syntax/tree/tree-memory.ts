/**
 * Reads a syntax tree straight out of the wasm memory it was built in.
 *
 * Asking the binding for each node costs 1 to 4 us a node, several times what parsing it cost; the tree itself is
 * plain data. The layout below is that of `Subtree` in tree-sitter 0.25 to 0.27 (lib/src/subtree.h, wasm32,
 * little-endian) and of `TSLanguage` at ABI 14 and 15 (lib/src/parser.h). Nothing here trusts it: every read is
 * bounded, and whatever does not fit makes `read` answer false, upon which the caller takes the slow public way
 * (tree-cursor.ts). The engine also compares both on a fixed text when it starts.
 */

import { type FlatTree, IS_ERROR, IS_EXTRA, IS_MISSING, IS_NAMED } from './flat-tree.js';
import type { KindTable } from './kinds.js';
import { fieldNumber } from './kinds.js';

/** The parts of the emscripten module that are used; the arrays are replaced when the memory grows. */
export interface WasmMemory {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU16: Uint16Array;
  readonly HEAPU32: Uint32Array;
}

/** What is asked of the grammar besides its memory. */
export interface GrammarNames {
  nodeTypeForId(id: number): string | null;
  nodeTypeIsNamed(id: number): boolean;
  fieldNameForId(id: number): string | null;
}

const ERROR_SYMBOL = 0xffff;

/** Byte offsets in `TSLanguage`. */
const LANGUAGE = {
  abiVersion: 0,
  symbolCount: 4,
  aliasCount: 8,
  productionIdCount: 28,
  fieldCount: 32,
  maxAliasSequenceLength: 36,
  fieldMapSlices: 64,
  fieldMapEntries: 68,
  symbolMetadata: 72,
  publicSymbolMap: 76,
  aliasSequences: 84,
} as const;

/** Word (32-bit) offsets in a heap `SubtreeHeapData`. */
const PADDING_BYTES = 1;
const SIZE_BYTES = 4;
const CHILD_COUNT = 9;
const SYMBOL_AND_STATE = 10;
const HEAP_FLAGS = 11;
const VISIBLE_CHILD_COUNT = 12;
/** `repeat_depth` in the low half, `production_id` in the high half. */
const PRODUCTION = 16;
const HEAP_WORDS = 18;

/** Bits of the first word of an inline subtree; a heap subtree's pointer has bit 0 clear. */
const INLINE = 1;
const INLINE_VISIBLE = 1 << 1;
const INLINE_NAMED = 1 << 2;
const INLINE_EXTRA = 1 << 3;
const INLINE_MISSING = 1 << 5;

const HEAP_VISIBLE = 1 << 0;
const HEAP_NAMED = 1 << 1;
const HEAP_EXTRA = 1 << 2;
const HEAP_MISSING = 1 << 9;

/** Most children of a production that carry fields or aliases; far above what any grammar has. */
const WIDEST_PRODUCTION = 256;

/** What the tree needs of the grammar, copied out of its memory once. */
export interface GrammarTables {
  readonly symbolCount: number;
  readonly productionCount: number;
  /** Columns of `alias` and `field`. */
  readonly width: number;
  /** Alias symbol by production and child; 0 for none. */
  readonly alias: Uint16Array;
  /** Our field number by production and child; 0 for none. */
  readonly field: Uint8Array;
  /** Our kind number by symbol. */
  readonly kind: Uint16Array;
  readonly errorKind: number;
  /** Whether an alias symbol is a named one. */
  readonly isNamed: Uint8Array;
}

/** Null when the memory does not look like a grammar of the layout known here. */
export function readGrammarTables(
  memory: WasmMemory,
  language: number,
  names: GrammarNames,
  kinds: KindTable,
): GrammarTables | null {
  const u8 = memory.HEAPU8;
  const u16 = memory.HEAPU16;
  const u32 = memory.HEAPU32;
  const word = (offset: number): number => u32[(language + offset) >>> 2] ?? 0;
  const isInside = (pointer: number, bytes: number): boolean => pointer > 0 && pointer + bytes <= u8.length;

  const abi = word(LANGUAGE.abiVersion);
  const symbolCount = word(LANGUAGE.symbolCount) + word(LANGUAGE.aliasCount);
  const productionCount = word(LANGUAGE.productionIdCount);
  const aliasWidth = word(LANGUAGE.maxAliasSequenceLength) & 0xffff;
  if (abi < 14 || abi > 15 || symbolCount === 0 || symbolCount > 0xffff || productionCount > 0xffff)
    return null;

  const metadata = word(LANGUAGE.symbolMetadata);
  const publicMap = word(LANGUAGE.publicSymbolMap);
  const aliases = word(LANGUAGE.aliasSequences);
  const slices = word(LANGUAGE.fieldMapSlices);
  const entries = word(LANGUAGE.fieldMapEntries);
  if (!isInside(metadata, symbolCount * 3) || !isInside(publicMap, symbolCount * 2)) return null;
  if (aliasWidth > WIDEST_PRODUCTION || !isInside(aliases, productionCount * aliasWidth * 2)) return null;
  if (!isInside(slices, productionCount * 4)) return null;

  const kind = new Uint16Array(symbolCount);
  const isNamed = new Uint8Array(symbolCount);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    const shown = u16[(publicMap >>> 1) + symbol] ?? 0;
    kind[symbol] = kinds.number(names.nodeTypeForId(shown) ?? '', names.nodeTypeIsNamed(shown));
    isNamed[symbol] = u8[metadata + symbol * 3 + 1] ?? 0;
  }

  const width = WIDEST_PRODUCTION;
  const alias = new Uint16Array(productionCount * width);
  const field = new Uint8Array(productionCount * width);
  for (let production = 0; production < productionCount; production++) {
    for (let child = 0; production > 0 && child < aliasWidth; child++) {
      alias[production * width + child] = u16[(aliases >>> 1) + production * aliasWidth + child] ?? 0;
    }
    const first = u16[(slices >>> 1) + production * 2] ?? 0;
    const length = u16[(slices >>> 1) + production * 2 + 1] ?? 0;
    for (let entry = first + length - 1; entry >= first; entry--) {
      const at = entries + entry * 4;
      if (!isInside(at, 4)) return null;
      const isInherited = u8[at + 3] !== 0;
      // Walked backwards so that the first entry for a child wins, as in the library.
      if (!isInherited) {
        field[production * width + (u8[at + 2] ?? 0)] = fieldNumber(names.fieldNameForId(u16[at >>> 1] ?? 0));
      }
    }
  }
  const errorKind = kinds.number('ERROR', true);
  return { symbolCount, productionCount, width, alias, field, kind, errorKind, isNamed };
}

/** Words a stack frame takes in the walk's stack. */
const FRAME = 7;

export class MemoryReader {
  readonly #memory: WasmMemory;
  readonly #tables: GrammarTables;
  #stack = new Int32Array(FRAME * 256);

  constructor(memory: WasmMemory, tables: GrammarTables) {
    this.#memory = memory;
    this.#tables = tables;
  }

  /**
   * Reads the tree whose `TSTree` is at `address` into `out`. False when the memory does not hold what it should;
   * `out` is then to be filled another way.
   */
  read(address: number, text: string, out: FlatTree): boolean {
    const u32 = this.#memory.HEAPU32;
    const words = u32.length;
    const tables = this.#tables;
    const { alias, field: fields, kind: kinds, isNamed, width, symbolCount, productionCount } = tables;
    const lastByte = text.length * 2;
    // A tree has few nodes a character; this many would be no tree but a loop.
    let budget = 64 * (text.length + 64);
    let stack = this.#stack;

    out.reset(text);
    const rootAt = address >>> 2;
    if (rootAt === 0 || rootAt + 1 >= words) return false;
    const rootWord = u32[rootAt] as number;
    // A root is a heap node, but for an empty file may be none at all.
    if ((rootWord & INLINE) !== 0 || rootWord === 0 || (rootWord & 3) !== 0) return false;

    const node = rootWord >>> 2;
    if (node + HEAP_WORDS > words) return false;
    let position = u32[node + PADDING_BYTES] as number;
    const rootEnd = position + (u32[node + SIZE_BYTES] as number);
    if (rootEnd > lastByte) return false;
    const rootSymbol = (u32[node + SYMBOL_AND_STATE] as number) & 0xffff;
    if (rootSymbol !== ERROR_SYMBOL && rootSymbol >= symbolCount) return false;
    out.push(
      rootSymbol === ERROR_SYMBOL ? tables.errorKind : (kinds[rootSymbol] as number),
      0,
      rootSymbol === ERROR_SYMBOL ? IS_NAMED | IS_ERROR : IS_NAMED,
      position >>> 1,
      rootEnd >>> 1,
    );

    // The node whose children are being walked.
    let childCount = u32[node + CHILD_COUNT] as number;
    let firstChild = node - childCount * 2;
    if (firstChild < 0) return false;
    let child = 0;
    let structural = 0;
    let row = childCount > 0 ? ((u32[node + PRODUCTION] as number) >>> 16) * width : 0;
    if (row >= productionCount * width && row !== 0) return false;
    /** Field a hidden node passes on to its children; -1 when the node is visible. */
    let passedField = -1;
    let flatIndex = 0;
    let depth = 0;

    for (;;) {
      if (child === childCount) {
        if (passedField < 0) out.after[flatIndex] = out.count;
        if (depth === 0) break;
        depth--;
        const base = depth * FRAME;
        childCount = stack[base] as number;
        firstChild = stack[base + 1] as number;
        child = stack[base + 2] as number;
        structural = stack[base + 3] as number;
        row = stack[base + 4] as number;
        passedField = stack[base + 5] as number;
        flatIndex = stack[base + 6] as number;
        continue;
      }
      if (--budget < 0) return false;

      const at = firstChild + child * 2;
      const word = u32[at] as number;
      let symbol: number;
      let isVisible: boolean;
      let flags: number;
      let size: number;
      let grandchildren = 0;
      let visibleGrandchildren = 0;
      let inner = 0;
      if ((word & INLINE) !== 0) {
        const second = u32[at + 1] as number;
        symbol = (word >>> 8) & 0xff;
        isVisible = (word & INLINE_VISIBLE) !== 0;
        flags =
          ((word & INLINE_NAMED) !== 0 ? IS_NAMED : 0) |
          ((word & INLINE_EXTRA) !== 0 ? IS_EXTRA : 0) |
          ((word & INLINE_MISSING) !== 0 ? IS_MISSING : 0);
        if (child > 0) position += (second >>> 16) & 0xff;
        size = second >>> 24;
      } else {
        inner = word >>> 2;
        if (word === 0 || (word & 3) !== 0 || inner + HEAP_WORDS > words) return false;
        const bits = u32[inner + HEAP_FLAGS] as number;
        symbol = (u32[inner + SYMBOL_AND_STATE] as number) & 0xffff;
        isVisible = (bits & HEAP_VISIBLE) !== 0;
        flags =
          ((bits & HEAP_NAMED) !== 0 ? IS_NAMED : 0) |
          ((bits & HEAP_EXTRA) !== 0 ? IS_EXTRA : 0) |
          ((bits & HEAP_MISSING) !== 0 ? IS_MISSING : 0);
        if (child > 0) position += u32[inner + PADDING_BYTES] as number;
        size = u32[inner + SIZE_BYTES] as number;
        grandchildren = u32[inner + CHILD_COUNT] as number;
        if (grandchildren > 0) {
          visibleGrandchildren = u32[inner + VISIBLE_CHILD_COUNT] as number;
          if (grandchildren * 2 > inner) return false;
        }
      }
      const end = position + size;
      if (end > lastByte) return false;
      if (symbol === ERROR_SYMBOL) flags |= IS_ERROR;

      let field = 0;
      if ((flags & IS_EXTRA) === 0) {
        const cell = row + structural;
        const aliasSymbol = row !== 0 && structural < width ? (alias[cell] as number) : 0;
        if (structural < width) field = fields[cell] as number;
        if (field === 0 && passedField > 0) field = passedField;
        if (aliasSymbol !== 0) {
          isVisible = true;
          symbol = aliasSymbol;
          if (symbol >= symbolCount) return false;
          flags = (flags & ~IS_NAMED) | (isNamed[symbol] !== 0 ? IS_NAMED : 0);
        }
        structural++;
      }
      child++;

      let shownAs = flatIndex;
      if (isVisible) {
        if (symbol >= symbolCount && symbol !== ERROR_SYMBOL) return false;
        const kind = symbol === ERROR_SYMBOL ? tables.errorKind : (kinds[symbol] as number);
        shownAs = out.push(kind, field, flags, position >>> 1, end >>> 1);
      }
      if (visibleGrandchildren === 0) {
        position = end;
        continue;
      }

      const base = depth * FRAME;
      if (base + FRAME > stack.length) stack = this.#growStack();
      stack[base] = childCount;
      stack[base + 1] = firstChild;
      stack[base + 2] = child;
      stack[base + 3] = structural;
      stack[base + 4] = row;
      stack[base + 5] = passedField;
      stack[base + 6] = flatIndex;
      depth++;
      passedField = isVisible ? -1 : field;
      flatIndex = shownAs;
      childCount = grandchildren;
      firstChild = inner - grandchildren * 2;
      child = 0;
      structural = 0;
      row = ((u32[inner + PRODUCTION] as number) >>> 16) * width;
      if (row >= productionCount * width && row !== 0) return false;
    }
    return true;
  }

  #growStack(): Int32Array<ArrayBuffer> {
    const larger = new Int32Array(this.#stack.length * 2);
    larger.set(this.#stack);
    this.#stack = larger;
    return larger;
  }
}
