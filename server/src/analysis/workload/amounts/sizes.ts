/** Bytes of types, by the layout rules of the 64-bit ABIs the kernel runs on. */
import type { Program, RecordRef } from '../../../program/index.js';
import type { Expr, FieldFacts, TypeRef } from '../../../syntax/ir.js';
import type { Bounds } from '../workload.js';
import { anything, between, exactly, larger, product, sum, union } from './bounds.js';
import { knownRecords } from './known.js';
import { type Member, membersOf } from './layout.js';

/** A pointer and a `long`. Origin: LP64, as x86-64, arm64, ppc64 and s390x have it. */
const WORD = 8;

/** Bytes of C's numbers and the kernel's names for them. Origin: LP64; include/uapi/asm-generic/int-ll64.h, linux/types.h (6.12). */
const numbers: Readonly<Record<string, number>> = {
  char: 1, bool: 1, _Bool: 1, 'signed char': 1, 'unsigned char': 1,
  short: 2, 'unsigned short': 2, 'short int': 2, 'unsigned short int': 2,
  int: 4, unsigned: 4, 'unsigned int': 4, signed: 4, 'signed int': 4,
  long: 8, 'unsigned long': 8, 'long int': 8, 'unsigned long int': 8,
  'long long': 8, 'unsigned long long': 8, 'long long int': 8, 'unsigned long long int': 8,
  float: 4, double: 8,
  uint: 4, ulong: 8, ushort: 2, uchar: 1, uint8_t: 1, uint16_t: 2, uint32_t: 4, uint64_t: 8,
  int8_t: 1, int16_t: 2, int32_t: 4, int64_t: 8,
  size_t: 8, ssize_t: 8, ptrdiff_t: 8, uintptr_t: 8, intptr_t: 8, loff_t: 8, sector_t: 8, gfp_t: 4,
  dma_addr_t: 8, phys_addr_t: 8, resource_size_t: 8, atomic_t: 4, atomic64_t: 8, refcount_t: 4, pgoff_t: 8,
}; // biome-ignore format: a table

/** `__le32`, `u8`, `__virtio16`, `__s64`, `__sum16`, `__wsum`. */
const fixedWidth = /^(?:__)?(?:u|s|le|be|virtio)(8|16|32|64)$|^__sum(16)$/;

const unsized: Bounds = between(1, null);

export class Sizes {
  private readonly program: Program;
  private readonly count: (expr: Expr, file: string) => Bounds;
  private readonly records = new Map<RecordRef, Bounds>();

  /** `count` says what a constant expression of a file is. */
  constructor(program: Program, count: (expr: Expr, file: string) => Bounds) {
    this.program = program;
    this.count = count;
  }

  /** Bytes of a value of the type; 1 and up where its definition is not seen. */
  of(type: TypeRef, file: string, depth = 0): Bounds {
    if (depth > 12 || type.isFunction) return type.isFunction ? exactly(WORD) : unsized;
    if (type.sizes !== undefined && type.sizes.length > 0) return this.ofArray(type, type.sizes, file, depth);
    const plain = this.program.types.unaliased(type, file);
    if (plain.pointers > 0) return exactly(WORD);
    const scalar = scalarBytes(plain.base);
    if (scalar !== null) return exactly(scalar);
    const records = this.program.types.recordsOf(plain, file);
    if (records.length === 0) return knownRecord(plain.base);
    return records.map((r) => this.ofRecord(r, depth + 1)).reduce(union);
  }

  private ofArray(type: TypeRef, sizes: readonly Expr[], file: string, depth: number): Bounds {
    const { sizes: _sizes, ...rest } = type;
    const element = this.of(
      { ...rest, pointers: Math.max(0, type.pointers - sizes.length) },
      file,
      depth + 1,
    );
    return sizes.map((size) => this.count(size, file)).reduce(product, element);
  }

  ofRecord(record: RecordRef, depth: number): Bounds {
    const known = this.records.get(record);
    if (known !== undefined) return known;
    this.records.set(record, unsized);
    const size = this.layOut(record, depth);
    this.records.set(record, size);
    return size;
  }

  private layOut(record: RecordRef, depth: number): Bounds {
    const text = this.program
      .textOf(record.file, { start: record.start, end: record.end })
      .replace(comment, blank);
    const tail = this.program.textOf(record.file, { start: record.end, end: record.end + 120 });
    const inside = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
    const outside = text.replace(inside, '') + tail.split(';', 1)[0];
    const isPacked = packed.test(outside);
    const kind =
      record.tag.startsWith('union ') || /^\s*(?:typedef\s+)?union\b/.test(text) ? 'union' : 'struct';
    const members = membersOf(record.fields, text, record.start);
    return this.place({ kind, members }, record, isPacked, depth).size;
  }

  private place(member: Member, record: RecordRef, isPacked: boolean, depth: number): Placed {
    if (member.kind === 'field') return this.placeField(member.field, record, isPacked, depth);
    let size: Bounds = exactly(0);
    let align = 1;
    let bits = 0;
    for (const inner of member.members) {
      if (inner.kind === 'field' && inner.field.bits !== undefined) {
        bits += this.count(inner.field.bits, record.file).most ?? 0;
        continue;
      }
      const placed = this.place(inner, record, isPacked, depth);
      align = Math.max(align, placed.align);
      size =
        member.kind === 'union' ? larger(size, placed.size) : sum(padded(size, placed.align), placed.size);
    }
    return { size: padded(sum(size, exactly(Math.ceil(bits / 8))), align), align };
  }

  private placeField(field: FieldFacts, record: RecordRef, isPacked: boolean, depth: number): Placed {
    const { type } = field;
    const isTail = isTailOf(this.program, record, field);
    const element = isTail ? { base: type.base, pointers: Math.max(0, type.pointers - 1) } : type;
    const align = isPacked ? 1 : this.alignOf(element, record.file, depth);
    return { size: isTail ? exactly(0) : this.of(type, record.file, depth), align };
  }

  private alignOf(type: TypeRef, file: string, depth: number): number {
    if (depth > 12 || type.isFunction) return WORD;
    const isArray = type.sizes !== undefined && type.sizes.length > 0;
    const pointers = type.pointers - (isArray ? (type.sizes?.length ?? 0) : 0);
    if (pointers > 0) return WORD;
    const plain = this.program.types.unaliased({ base: type.base, pointers: 0 }, file);
    if (plain.pointers > 0) return WORD;
    const scalar = scalarBytes(plain.base);
    if (scalar !== null) return scalar;
    const [record] = this.program.types.recordsOf(plain, file);
    if (record === undefined || depth > 8) return 1;
    return Math.max(1, ...record.fields.map((f) => this.alignOf(f.type, record.file, depth + 1)));
  }
}

function knownRecord(tag: string): Bounds {
  const known = Object.hasOwn(knownRecords, tag) ? knownRecords[tag] : undefined;
  return known === undefined ? unsized : exactly(known);
}

/** Bytes of a number or an enumeration; null for anything else. */
export function scalarBytes(base: string): number | null {
  const bare = base.replace(/\b(?:const|volatile)\b\s*/g, '').trim();
  const fixed = fixedWidth.exec(bare);
  if (fixed !== null) return Number(fixed[1] ?? fixed[2]) / 8;
  if (bare.startsWith('enum ')) return 4;
  return numbers[bare] ?? null;
}

/** What a number of the type is at the most, where that is less than any size is likely to be. */
export function typeBounds(type: TypeRef | null): Bounds {
  if (type === null || type.pointers > 0) return anything;
  if (type.base === 'bool' || type.base === '_Bool') return between(0, 1);
  const bytes = scalarBytes(type.base);
  return bytes === 1 || bytes === 2 ? between(0, 2 ** (8 * bytes) - 1) : anything;
}

/** `list[]` and `list[0]`: as long as there is more behind the record. */
export function isTailOf(program: Program, { file }: RecordRef, { type, span }: FieldFacts): boolean {
  const [outer] = type.sizes ?? [];
  if (outer?.kind === 'number' && outer.text === '0') return true;
  return /^\s*\[\s*\]/.test(program.textOf(file, { start: span.end, end: span.end + 20 }));
}

interface Placed {
  readonly size: Bounds;
  readonly align: number;
}

const comment = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const packed = /\b(?:__packed|packed|__packed__)\b/;

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function padded({ least, most }: Bounds, to: number): Bounds {
  return between(up(least, to), most === null ? null : up(most, to));
}

function up(n: number, to: number): number {
  return Math.ceil(n / to) * to;
}
