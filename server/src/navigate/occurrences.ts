/** Every place in a chunk where a name stands, and what it means there. */
import type { FieldAssignment, FileFacts, FunctionRef, Local, Place, Program } from '../program/index.js';
import { TokenKind } from '../syntax/lexer.js';
import type { Chunk, SourceFile } from '../syntax/source.js';
import { type Node, type Path, walk } from '../syntax/walk.js';
import { findWord } from '../text/find-word.js';
import type { Span } from '../text/span.js';
import { nameWithin } from './names.js';

export type Meaning =
  /** `vq->use_dma_api`, or `.use_dma_api` of an initialiser; the record is null where no declaration tells it. */
  | { readonly kind: 'field'; readonly record: string | null; readonly access: 'read' | 'write' }
  | { readonly kind: 'field declaration'; readonly record: string }
  | { readonly kind: 'local'; readonly local: Local }
  /** Of a function, variable, macro, type or enumerator. */
  | { readonly kind: 'definition' }
  /** A prototype, or `extern`. */
  | { readonly kind: 'declaration' }
  | { readonly kind: 'call' }
  /** Behind `struct`, `union` or `enum`. */
  | { readonly kind: 'tag' }
  /** Any other use: a value, the argument of a macro, a word of a directive. */
  | { readonly kind: 'use' };

export interface Occurrence extends Place, Span {
  readonly meaning: Meaning;
  /** The function whose body it stands in. */
  readonly function: FunctionRef | null;
}

/** In the order of the source. */
export function occurrencesIn(program: Program, place: Place, name: string): readonly Occurrence[] {
  const source = program.source(place.file);
  const chunk = source?.chunks.find((one) => one.index === place.chunk);
  const facts = chunk === undefined ? null : program.chunkFacts(place);
  if (!source || chunk === undefined || facts === null) return [];
  const found = new Map<number, Occurrence>();
  for (const start of starts(source, chunk, name)) {
    const meaning: Meaning = { kind: isTag(source, start) ? 'tag' : 'use' };
    found.set(start, { ...place, start, end: start + name.length, meaning, function: null });
  }
  if (found.size === 0) return [];
  const put = (start: number, meaning: Meaning, fn: FunctionRef | null = null): void => {
    const at = found.get(start);
    if (at !== undefined) found.set(start, { ...at, meaning, function: fn ?? at.function });
  };
  declared(program, facts, name, put);
  bodies(program, facts, name, put);
  for (const store of program.storesAt(place).get(name) ?? []) stored(program, store, name, put);
  return [...found.values()];
}

type Put = (start: number, meaning: Meaning, fn?: FunctionRef | null) => void;

function starts({ tokens, text }: SourceFile, chunk: Chunk, name: string): number[] {
  const found: number[] = [];
  for (let token = chunk.firstToken; token < chunk.endToken; token++) {
    if (tokens.kinds[token] !== TokenKind.identifier) continue;
    const start = tokens.starts[token] as number;
    if ((tokens.ends[token] as number) - start === name.length && text.startsWith(name, start))
      found.push(start);
  }
  return found;
}

function isTag({ text }: SourceFile, start: number): boolean {
  return /\b(?:struct|union|enum)\s+$/.test(text.slice(Math.max(0, start - 16), start));
}

function declared(program: Program, facts: FileFacts, name: string, put: Put): void {
  const within = ({ file, start, end }: { file: string } & Span): number =>
    nameWithin(program, file, name, { start, end })?.start ?? -1;
  for (const fn of facts.functions) if (fn.name === name) put(fn.nameSpan.start, { kind: 'definition' });
  for (const global of facts.globals) {
    if (global.name === name)
      put(global.nameSpan.start, { kind: global.isExtern ? 'declaration' : 'definition' });
  }
  for (const macro of facts.macros) if (macro.name === name) put(within(macro), { kind: 'definition' });
  for (const one of facts.prototypes) if (one.name === name) put(within(one), { kind: 'declaration' });
  for (const one of facts.enumerators) if (one.name === name) put(within(one), { kind: 'definition' });
  for (const record of facts.records) {
    if (record.tag.endsWith(` ${name}`)) put(within(record), { kind: 'definition' });
    for (const { name: field, span } of record.fields) {
      if (field === name)
        put(within({ file: record.file, ...span }), { kind: 'field declaration', record: record.tag });
    }
  }
}

function bodies(program: Program, facts: FileFacts, name: string, put: Put): void {
  for (const fn of facts.functions) {
    const scope = program.scopeOf(fn);
    const param = scope.locals.find((local) => local.param >= 0 && local.name === name);
    if (param !== undefined) {
      const head = { start: fn.nameSpan.end, end: bodyStart(fn) };
      const at = nameWithin(program, fn.file, name, head);
      if (at !== null) put(at.start, { kind: 'local', local: param }, fn);
    }
    const lookup = (offset: number): Local | null => scope.lookup(name, offset);
    const record = (node: Node & { kind: 'member' }): string | null =>
      program.recordOfMember(node, scope)?.tag ?? unseenRecord(program, node, fn);
    for (const { body } of fn.variants) {
      walk(body, (node, up) => visit(program, fn.file, node, up, name, { lookup, record }, put, fn));
    }
  }
  const outside = { lookup: () => null, record: () => null };
  const roots = [
    ...facts.globals.map(({ file, init }) => ({ file, nodes: init === null ? [] : [init] })),
    ...facts.macros.map(({ file, expr, body }) => ({ file, nodes: expr === null ? (body ?? []) : [expr] })),
    ...facts.invocations.map(({ file, args }) => ({ file, nodes: args })),
  ];
  for (const { file, nodes } of roots) {
    walk(nodes, (node, up) => visit(program, file, node, up, name, outside, put, null));
  }
}

function bodyStart(fn: FunctionRef): number {
  return Math.min(...fn.variants.flatMap(({ body }) => body[0]?.start ?? []), fn.end);
}

/** What names are looked up in. */
interface Inside {
  readonly lookup: (offset: number) => Local | null;
  readonly record: (node: Node & { kind: 'member' }) => string | null;
}

function visit(
  program: Program,
  file: string,
  node: Node,
  up: Path | null,
  name: string,
  { lookup, record }: Inside,
  put: Put,
  fn: FunctionRef | null,
): void {
  if (node.kind === 'member' && node.field === name) {
    put(node.end - name.length, { kind: 'field', record: record(node), access: 'read' }, fn);
  } else if (node.kind === 'name' && node.name === name) {
    const type = typeOfMember(node, up);
    const local = lookup(node.start);
    const isCallee = up?.node.kind === 'call' && up.node.callee === node;
    if (type !== null) put(node.start, { kind: 'field', record: type, access: 'read' }, fn);
    else put(node.start, local !== null ? { kind: 'local', local } : { kind: isCallee ? 'call' : 'use' }, fn);
  } else if (node.kind === 'decl') {
    for (const { name: declaredName, start, end } of node.declarators) {
      const local = declaredName === name ? lookup(start) : null;
      const at = local === null ? null : nameWithin(program, file, name, { start, end });
      if (local !== null && at !== null) put(at.start, { kind: 'local', local }, fn);
    }
  }
}

/** The record whose field a name in `container_of(pointer, struct x, field)` is; null elsewhere. */
function typeOfMember(node: Node, up: Path | null): string | null {
  const call = up?.node;
  if (call?.kind !== 'call' || call.callee.kind !== 'name' || !memberMacro.test(call.callee.name))
    return null;
  const [, type, field] = call.args;
  return field === node && type?.kind === 'type' ? type.type.base : null;
}

/** Macros whose second argument is a type and whose third a field of it. Origin: include/linux/container_of.h. */
const memberMacro = /^container_of(?:_const)?$/;

/** The record's tag by the declared type alone, where its definition is in no header that is read. */
function unseenRecord(program: Program, node: Node & { kind: 'member' }, fn: FunctionRef): string | null {
  const type = program.typeOf(node.object, program.scopeOf(fn));
  return type === null ? null : program.types.unseenRecord(type, fn.file);
}

function stored(program: Program, store: FieldAssignment, name: string, put: Put): void {
  const meaning: Meaning = { kind: 'field', record: store.record, access: 'write' };
  if (store.target !== null) {
    put(store.target.end - name.length, meaning, store.function);
    return;
  }
  // `.name = value`, with the value's place known.
  const before = program.textOf(store.file, { start: Math.max(0, store.start - 200), end: store.start });
  const designator = new RegExp(`\\.\\s*${name}\\s*(?:\\[[^\\]]*\\]\\s*)?=\\s*$`).exec(before);
  if (designator === null) return;
  const at = findWord(designator[0], name);
  put(store.start - before.length + designator.index + at, meaning, store.function);
}
