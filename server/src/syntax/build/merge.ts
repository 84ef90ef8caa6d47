/** Puts the readings of a chunk's variants together: each thing once, and each arm of an `#if` once. */
import { or } from '../conditions.js';
import type {
  BodyVariant,
  ChunkFacts,
  EnumeratorFacts,
  FieldFacts,
  FunctionFacts,
  GlobalFacts,
  InitExpr,
  InitItem,
  InvocationFacts,
  PpCondition,
  PrototypeFacts,
  RecordFacts,
  Stmt,
  TypedefFacts,
} from '../ir.js';
import type { Reading } from './declaration.js';

/** One variant read: what it says, and when it is the one that holds. */
export interface VariantReading extends Reading {
  readonly when: PpCondition | null;
  readonly records: readonly RecordFacts[];
  readonly typedefs: readonly TypedefFacts[];
  readonly enumerators: readonly EnumeratorFacts[];
}

export function mergeReadings(readings: readonly VariantReading[]): ChunkFacts {
  const [only] = readings;
  if (readings.length === 1 && only) {
    const { functions, records, globals, prototypes, typedefs, enumerators, invocations, unclean } = only;
    const when = only.when;
    return {
      functions: when === null ? functions : functions.map((one) => withCondition(one, when)),
      macros: [],
      includes: [],
      records,
      globals,
      prototypes,
      typedefs,
      enumerators,
      invocations,
      unclean,
    };
  }
  return {
    functions: mergeFunctions(readings),
    macros: [],
    includes: [],
    records: mergeRecords(readings.flatMap((reading) => reading.records)),
    globals: mergeGlobals(readings),
    prototypes: distinct(readings.flatMap((reading) => reading.prototypes)),
    typedefs: distinct(readings.flatMap((reading) => reading.typedefs)),
    enumerators: distinct<EnumeratorFacts>(readings.flatMap((reading) => reading.enumerators)),
    invocations: distinct<InvocationFacts>(readings.flatMap((reading) => reading.invocations)),
    unclean: distinctProblems(readings),
  };
}

/** A single variant under a condition stands for the body when it holds. */
function withCondition(one: FunctionFacts, when: PpCondition): FunctionFacts {
  return { ...one, variants: one.variants.map((variant) => ({ when, body: variant.body })) };
}

// ---- functions ----------------------------------------------------------------------------------------------

function mergeFunctions(readings: readonly VariantReading[]): FunctionFacts[] {
  const merged = new Map<string, { facts: FunctionFacts; variants: BodyVariant[] }>();
  for (const reading of readings) {
    for (const facts of reading.functions) {
      // One name with two heads in one chunk is one function: its heads stand in the arms of an `#if`.
      const known = merged.get(facts.name);
      const body = facts.variants[0]?.body ?? [];
      if (!known) merged.set(facts.name, { facts, variants: [{ when: reading.when, body }] });
      else {
        addVariant(known.variants, reading.when, body);
        known.facts = {
          ...known.facts,
          unclean: known.facts.unclean ?? facts.unclean,
          start: Math.min(known.facts.start, facts.start),
          end: Math.max(known.facts.end, facts.end),
        };
      }
    }
  }
  return [...merged.values()].map(({ facts, variants }) => {
    const [first] = variants;
    const isAlways =
      variants.length === 1 && first && readings.every((reading) => hasFunction(reading, facts.name));
    return { ...facts, variants: isAlways ? [{ when: null, body: first.body }] : variants };
  });
}

function hasFunction(reading: VariantReading, name: string): boolean {
  return reading.functions.some((facts) => facts.name === name);
}

function addVariant(variants: BodyVariant[], when: PpCondition | null, body: readonly Stmt[]): void {
  const same = variants.findIndex((variant) => isSameData(variant.body, body));
  const known = variants[same];
  if (!known) variants.push({ when, body });
  else variants[same] = { when: known.when && when ? or([known.when, when]) : null, body: known.body };
}

// ---- data ---------------------------------------------------------------------------------------------------

function mergeRecords(records: readonly RecordFacts[]): RecordFacts[] {
  const merged = new Map<string, RecordFacts>();
  for (const record of records) {
    const key = `${record.start} ${record.tag}`;
    const known = merged.get(key);
    merged.set(key, known ? { ...known, fields: mergeFields(known.fields, record.fields) } : record);
  }
  return [...merged.values()].sort((a, b) => a.start - b.start);
}

function mergeFields(one: readonly FieldFacts[], other: readonly FieldFacts[]): FieldFacts[] {
  const fields = new Map<number, FieldFacts>();
  for (const field of [...one, ...other])
    if (!fields.has(field.span.start)) fields.set(field.span.start, field);
  return [...fields.values()].sort((a, b) => a.span.start - b.span.start);
}

function mergeGlobals(readings: readonly VariantReading[]): GlobalFacts[] {
  const merged = new Map<number, GlobalFacts[]>();
  for (const reading of readings) {
    for (const facts of reading.globals) {
      const known = merged.get(facts.nameSpan.start);
      if (!known) merged.set(facts.nameSpan.start, [facts]);
      else addGlobal(known, facts);
    }
  }
  return [...merged.values()].flat();
}

/** An initialiser list grows by the other arm's items; initialisers that differ as a whole stay side by side. */
function addGlobal(known: GlobalFacts[], facts: GlobalFacts): void {
  for (const [at, one] of known.entries()) {
    if (isSameData(one, facts)) return;
    if (one.init?.kind === 'init' && facts.init?.kind === 'init' && one.init.start === facts.init.start) {
      known[at] = { ...one, init: mergeInit(one.init, facts.init) };
      return;
    }
  }
  known.push(facts);
}

function mergeInit(one: InitExpr, other: InitExpr): InitExpr {
  const items = new Map<number, InitItem>();
  for (const item of [...one.items, ...other.items]) {
    const known = items.get(item.value.start);
    items.set(item.value.start, known ? mergeItem(known, item) : item);
  }
  return { ...one, items: [...items.values()].sort((a, b) => a.value.start - b.value.start) };
}

function mergeItem(one: InitItem, other: InitItem): InitItem {
  if (one.value.kind !== 'init' || other.value.kind !== 'init') return one;
  return { ...one, value: mergeInit(one.value, other.value) };
}

function distinct<T extends PrototypeFacts | TypedefFacts | EnumeratorFacts | InvocationFacts>(
  all: readonly T[],
): T[] {
  const kept = new Map<number, T[]>();
  for (const one of all) {
    const known = kept.get(one.start);
    if (!known) kept.set(one.start, [one]);
    else if (!known.some((other) => isSameData(other, one))) known.push(one);
  }
  return [...kept.values()].flat();
}

function distinctProblems(readings: readonly VariantReading[]): ChunkFacts['unclean'] {
  const kept = new Map<string, { at: number; reason: string }>();
  for (const problem of readings.flatMap((reading) => reading.unclean))
    kept.set(`${problem.at} ${problem.reason}`, problem);
  return [...kept.values()];
}

/** Whether two pieces of plain data are equal; as deep as facts nest. */
export function isSameData(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, at) => isSameData(item, other[at]))
    );
  }
  const left = one as Readonly<Record<string, unknown>>;
  const right = other as Readonly<Record<string, unknown>>;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => isSameData(left[key], right[key]));
}
