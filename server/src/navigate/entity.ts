/** What a name under the cursor stands for. */
import { isFeatureName } from '../analysis/index.js';
import type {
  EnumeratorRef,
  FunctionRef,
  GlobalRef,
  MacroRef,
  Program,
  PrototypeRef,
  RecordRef,
  TypedefRef,
} from '../program/index.js';
import { TokenKind, type Tokens } from '../syntax/lexer.js';
import type { Span } from '../text/span.js';
import { type NameAt, nameAt, nameWithin } from './names.js';
import { type Occurrence, occurrencesIn } from './occurrences.js';

/** Something defined at file level. */
export type Defined =
  | FunctionRef
  | MacroRef
  | GlobalRef
  | PrototypeRef
  | EnumeratorRef
  | RecordRef
  | TypedefRef;

export type Entity =
  /** All that is defined under the name of the bit: one enumerator or macro, as a rule. */
  | { readonly kind: 'feature'; readonly name: string; readonly defined: readonly Defined[] }
  /** Several definitions where `#if` decides; macros among them. None where the tree's index has only a prototype. */
  | { readonly kind: 'function'; readonly name: string; readonly functions: readonly FunctionRef[]; readonly defined: readonly Defined[] }
  | { readonly kind: 'field'; readonly name: string; readonly record: string }
  | { readonly kind: 'variable'; readonly name: string; readonly variable: GlobalRef; readonly defined: readonly Defined[] }
  /** A macro, a type, an enumerator. */
  | { readonly kind: 'name'; readonly name: string; readonly defined: readonly Defined[] }
  | { readonly kind: 'local'; readonly name: string }; // biome-ignore format: one a line

export interface EntityAt {
  readonly entity: Entity;
  readonly name: NameAt;
  /** How the name is used there; null in comments and in what is no code. */
  readonly occurrence: Occurrence | null;
}

/** Null where no name stands, or one that nothing in the index defines. */
export function entityAt(program: Program, file: string, offset: number): EntityAt | null {
  const source = program.source(file);
  const name = source === null ? null : nameAt(source.text, offset);
  if (source === null || name === null) return null;
  const kind = tokenAt(source.tokens, name.start);
  if (kind !== TokenKind.comment && kind !== TokenKind.identifier) return null;
  if (kind === TokenKind.comment) {
    const entity = isToldInComments(source.text, name) ? named(program, file, name.name) : null;
    return entity === null ? null : { entity, name, occurrence: null };
  }
  const occurrence = occurrenceAt(program, file, name);
  const entity = entityOf(program, file, name.name, occurrence);
  return entity === null ? null : { entity, name, occurrence };
}

function tokenAt({ starts, kinds, count }: Tokens, offset: number): number | null {
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle;
  }
  return count === 0 ? null : (kinds[low] ?? null);
}

/** The use of a name at its place; null where no chunk holds it. */
export function occurrenceAt(
  program: Program,
  file: string,
  { name, start, end }: NameAt,
): Occurrence | null {
  const chunks = program.source(file)?.chunks ?? [];
  // A `#define` inside a function is a chunk of its own; the innermost is the last that holds the name.
  const chunk = chunks.findLast((one) => one.start <= start && end <= one.end);
  if (chunk === undefined) return null;
  return (
    occurrencesIn(program, { file, chunk: chunk.index }, name).find((one) => one.start === start) ?? null
  );
}

export function entityOf(program: Program, file: string, name: string, at: Occurrence | null): Entity | null {
  switch (at?.meaning.kind) {
    case 'field':
      return at.meaning.record === null ? null : { kind: 'field', name, record: at.meaning.record };
    case 'field declaration':
      return { kind: 'field', name, record: at.meaning.record };
    case 'local':
      return { kind: 'local', name };
    case 'tag':
      return typeNamed(program, file, name);
    default:
      return named(program, file, name);
  }
}

/** What a name at file level means, seen from a file; null when nothing in the index defines it. */
export function named(program: Program, file: string, name: string): Entity | null {
  const macros = program.macro(name, file);
  const enumerator = program.enumerator(name, file);
  if (isFeatureName(name)) {
    return { kind: 'feature', name, defined: [...(enumerator === null ? [] : [enumerator]), ...macros] };
  }
  const functions = program.functionsNamed(name, file);
  if (functions.length > 0) return { kind: 'function', name, functions, defined: [...functions, ...macros] };
  if (macros.length > 0) return { kind: 'name', name, defined: macros };
  const prototype = program.prototype(name, file);
  if (prototype !== null) return { kind: 'function', name, functions: [], defined: [prototype] };
  const variable = program.global(name, file);
  if (variable !== null) return { kind: 'variable', name, variable, defined: [variable] };
  if (enumerator !== null) return { kind: 'name', name, defined: [enumerator] };
  return typeNamed(program, file, name);
}

function typeNamed(program: Program, file: string, name: string): Entity | null {
  const records = ['struct ', 'union ', ''].flatMap((keyword) => program.records(`${keyword}${name}`, file));
  if (records.length > 0) return { kind: 'name', name, defined: records };
  const typedef = program.typedef(name, file);
  return typedef === null ? null : { kind: 'name', name, defined: [typedef] };
}

/** Comments name code as `vring_use_dma_api()`, `struct virtqueue` and by feature bits; other words are words. */
function isToldInComments(text: string, { name, start, end }: NameAt): boolean {
  return (
    isFeatureName(name) ||
    text.startsWith('()', end) ||
    /\b(?:struct|union)\s$/.test(text.slice(Math.max(0, start - 8), start)) ||
    /^[a-z0-9]+(?:_[a-z0-9]+){2,}$/.test(name)
  );
}

/** Where the name stands in its definition. */
export function nameSpanOf(program: Program, name: string, defined: Defined): Span {
  if ('nameSpan' in defined) return defined.nameSpan;
  const { file, start, end } = defined;
  return nameWithin(program, file, name, { start, end }) ?? { start, end: start };
}
