/** Types and declarators: what a declaration says its names are. */
import { annotationWords } from '@vringside/grammars/dialect';
import { typeNameForm, typeNames, typeQualifiers } from '@vringside/grammars/type-names';
import { detached } from '../../text/detached.js';
import { oneLine } from '../../text/one-line.js';
import type { Expr, Param, TypeRef } from '../ir.js';
import { Field, Kind } from '../tree/kinds.js';
import type { BuildContext } from './context.js';
import { buildExpr } from './expr.js';
import { buildEnumerators, buildRecord } from './record.js';

/** What stands before the declarators of a declaration. */
export interface Specifiers {
  readonly type: TypeRef;
  readonly isStatic: boolean;
  readonly isExtern: boolean;
}

/** Gives the name of a record written without a tag; asked only when there is one. */
export type TagOf = () => string;

export const UNKNOWN_TYPE: TypeRef = { base: '', pointers: 0 };

export function looksLikeTypeName(name: string): boolean {
  return typeNames.has(name) || typeNameForm.test(name);
}

// ---- specifiers -------------------------------------------------------------------------------------------

/**
 * The specifiers of a declaration, parameter, field, type definition or type descriptor. `tagOf` names a record
 * written in place without a tag.
 */
export function buildSpecifiers(c: BuildContext, node: number, tagOf: TagOf | null): Specifiers {
  let type = UNKNOWN_TYPE;
  let isStatic = false;
  let isExtern = false;
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (c.field(child) === Field.type) {
      type = buildTypeSpecifier(c, child, tagOf);
    } else if (c.kind(child) === Kind.storage_class_specifier) {
      const word = c.tree.textOf(child);
      if (word === 'static') isStatic = true;
      else if (word === 'extern') isExtern = true;
    }
  }
  return { type, isStatic, isExtern };
}

export function buildTypeSpecifier(c: BuildContext, node: number, tagOf: TagOf | null): TypeRef {
  switch (c.kind(node)) {
    case Kind.struct_specifier:
      return { base: buildRecord(c, node, 'struct', tagOf), pointers: 0 };
    case Kind.union_specifier:
      return { base: buildRecord(c, node, 'union', tagOf), pointers: 0 };
    case Kind.enum_specifier:
      return { base: buildEnumerators(c, node, tagOf), pointers: 0 };
    case Kind.sized_type_specifier:
      return plainType(canonicalWords(oneLine(c.text(node)).split(' ')));
    case Kind.macro_type_specifier:
      return buildMacroType(c, node);
    default:
      return buildTypeName(c, node);
  }
}

function buildTypeName(c: BuildContext, node: number): TypeRef {
  const rewrite = c.rewriteAt(node);
  if (rewrite && (rewrite.kind === 'typeof' || rewrite.kind === 'type-argument')) {
    return readType(c, rewrite.start, rewrite.end);
  }
  return plainType(c.word(node));
}

/** `typeof(x)` that the dialect pass left alone, or a macro that makes a type. */
function buildMacroType(c: BuildContext, node: number): TypeRef {
  return /^_*typeof/.test(c.text(node)) ? readType(c, c.start(node), c.end(node)) : plainType(c.text(node));
}

const plainTypes = new Map<string, TypeRef>();

/** One record for each base: most types of a tree are the same few. */
function plainType(base: string): TypeRef {
  let type = plainTypes.get(base);
  if (!type) {
    if (plainTypes.size > 50_000) plainTypes.clear();
    type = { base: detached(base), pointers: 0 };
    plainTypes.set(type.base, type);
  }
  return type;
}

// ---- a type as text ---------------------------------------------------------------------------------------

const TYPE_TOKEN = /[A-Za-z_$][\w$]*|\S/g;
const BUILT_IN = new Set([
  'signed',
  'unsigned',
  'long',
  'short',
  'char',
  'int',
  'void',
  'float',
  'double',
  '_Bool',
]);

/** Reads a type from the original text: what a rewrite hid from the parser. */
export function readType(c: BuildContext, start: number, end: number): TypeRef {
  const text = c.source.slice(start, end);
  const typeOf = /^(?:(?:const|volatile|struct)\s+)*_*typeof\w*\s*\(/.exec(text);
  if (typeOf) return readTypeOf(c, start + typeOf[0].length, end);
  // `MACRO(x)`: a type that a macro makes; all of it is the name.
  if (/^\w+\s*\(\s*[^\s*]/.test(text) && !BUILT_IN.has(/^\w+/.exec(text)?.[0] ?? '')) {
    const close = matchingParen(text, text.indexOf('(') + 1, text.length);
    return { base: detached(text.slice(0, close + 1)), pointers: text.slice(close).split('*').length - 1 };
  }
  return readPlainType(text);
}

function readPlainType(text: string): TypeRef {
  const words: string[] = [];
  let keyword = '';
  let base = '';
  let pointers = 0;
  for (const [token] of text.matchAll(TYPE_TOKEN)) {
    if (token === '(' || token === '=') break;
    if (token === '*' || token === '[') pointers++;
    else if (token === 'struct' || token === 'union' || token === 'enum') keyword = token;
    else if (BUILT_IN.has(token)) words.push(token);
    else if (base === '' && words.length === 0 && isTypeWord(token)) base = token;
  }
  if (words.length > 0) base = canonicalWords(words);
  else if (keyword !== '') base = `${keyword} ${base}`.trim();
  base = detached(base);
  return text.includes('(') ? { base, pointers, isFunction: true } : { base, pointers };
}

/** Whether a word of a type can be its name. */
function isTypeWord(word: string): boolean {
  return /^\w/.test(word) && !typeQualifiers.has(word) && !annotationWords.has(word);
}

/** The name in a declaration that stands as a macro's argument, `struct x *name`; '' when it is a type alone. */
export function declaredName(text: string): string {
  if (/^\w+\s*\(/.test(text)) return '';
  const pointer = /\(\s*\*\s*(\w+)/.exec(text);
  if (pointer) return pointer[1] ?? '';
  const words = (/^[^([=]*/.exec(text)?.[0] ?? '').match(/\w+/g) ?? [];
  const meaningful = words.filter((word) => !typeQualifiers.has(word) && !annotationWords.has(word));
  const last = meaningful.at(-1) ?? '';
  const isTagged = /\b(?:struct|union|enum)\b/.test(text);
  const isBuiltIn = meaningful.some((word) => BUILT_IN.has(word));
  const typeWords = isTagged ? 2 : isBuiltIn ? meaningful.filter((word) => BUILT_IN.has(word)).length : 1;
  return meaningful.length > typeWords && !BUILT_IN.has(last) && !last.startsWith('__') ? detached(last) : '';
}

function readTypeOf(c: BuildContext, inner: number, end: number): TypeRef {
  const close = matchingParen(c.source, inner, end);
  const stars = c.source.slice(close, end).split('*').length - 1;
  const written = c.source.slice(inner, close);
  // typeof(struct x *) says a type outright.
  if (
    /^\s*(?:const\s+|volatile\s+)*(?:struct|union|enum)\s/.test(written) ||
    looksLikeTypeName(written.trim())
  ) {
    const named = readType(c, inner, close);
    return { ...named, pointers: named.pointers + stars };
  }
  return { base: '', pointers: stars, typeOf: c.fragments.expression(c, { start: inner, end: close }) };
}

/** Offset of the `)` that closes what is open at `from`; `end` when there is none. */
function matchingParen(text: string, from: number, end: number): number {
  let depth = 1;
  for (let at = from; at < end; at++) {
    const character = text[at];
    if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  return end;
}

/** `long unsigned int` -> `unsigned long`. */
function canonicalWords(words: readonly string[]): string {
  const kept = words.filter((word) => word !== '' && !typeQualifiers.has(word));
  const isUnsigned = kept.includes('unsigned');
  const rest = kept.filter((word) => word !== 'signed' && word !== 'unsigned');
  const isSized = rest.includes('long') || rest.includes('short');
  const core = rest.filter((word) => !(word === 'int' && isSized));
  if (core.length === 0) core.push('int');
  if (core.length === 1 && core[0] === 'char' && kept.includes('signed')) return 'signed char';
  return (isUnsigned ? 'unsigned ' : '') + core.join(' ');
}

// ---- declarators ------------------------------------------------------------------------------------------

export interface DeclaratorParts {
  /** The node of the name; -1 for an abstract declarator. */
  readonly name: number;
  readonly type: TypeRef;
  /** The parameter list when the name itself is a function (not a pointer to one); else -1. */
  readonly parameters: number;
}

/** Goes from the outside of a declarator to its name; `node` is -1 where there is none at all. */
export function buildDeclarator(c: BuildContext, node: number, base: TypeRef): DeclaratorParts {
  let pointers = base.pointers;
  let isFunction = base.isFunction ?? false;
  let sizes: Expr[] | undefined;
  let outerParameters = -1;
  let parameters = -1;
  let at = node;
  let name = -1;
  for (let steps = 0; at >= 0 && steps < 256; steps++) {
    const kind = c.kind(at);
    let next = c.child(at, Field.declarator);
    if (kind === Kind.pointer_declarator || kind === Kind.abstract_pointer_declarator) {
      if (outerParameters < 0) pointers++;
      parameters = -1;
    } else if (kind === Kind.array_declarator || kind === Kind.abstract_array_declarator) {
      if (outerParameters < 0) pointers++;
      const size = c.child(at, Field.size);
      if (size >= 0 && c.isNamed(size)) {
        sizes ??= [];
        sizes.unshift(buildExpr(c, size));
      }
      parameters = -1;
    } else if (kind === Kind.function_declarator || kind === Kind.abstract_function_declarator) {
      parameters = c.child(at, Field.parameters);
      if (outerParameters < 0) outerParameters = parameters;
    } else if (
      kind === Kind.parenthesized_declarator ||
      kind === Kind.attributed_declarator ||
      kind === Kind.abstract_parenthesized_declarator
    ) {
      next = c.firstContent(at);
    } else {
      name = at;
      break;
    }
    at = next;
  }
  // The function closest to the name is the name's own; one further out is what it returns.
  const isOwn = parameters >= 0;
  const returnsFunction = isOwn && outerParameters !== parameters;
  if (outerParameters >= 0 && (!isOwn || returnsFunction)) isFunction = true;
  let type =
    pointers === base.pointers && isFunction === (base.isFunction ?? false) ? base : { ...base, pointers };
  if (isFunction && !type.isFunction) {
    type = { ...type, isFunction, params: buildParams(c, outerParameters) };
  }
  if (sizes) type = { ...type, sizes };
  return { name, type, parameters };
}

/** Name for a record written as the type of a member or variable: `vq.packed`, `.table`, in a function `probe.args`. */
export function ownedTag(c: BuildContext, declarator: number): string {
  const inner =
    c.kind(declarator) === Kind.init_declarator ? c.child(declarator, Field.declarator) : declarator;
  const { name } = buildDeclarator(c, inner, UNKNOWN_TYPE);
  return `${c.owner}.${name < 0 ? '' : c.word(name)}`;
}

/** The parameters in a parameter list; `(void)` and `...` are none. */
export function buildParams(c: BuildContext, list: number): Param[] {
  const params: Param[] = [];
  if (list < 0 || c.depth > 100) return params;
  c.depth++;
  for (const child of c.contents(list)) {
    const kind = c.kind(child);
    if (kind === Kind.parameter_declaration) {
      const param = buildParam(c, child);
      if (param) params.push(param);
    } else if (kind === Kind.identifier) {
      params.push({ name: c.word(child), type: UNKNOWN_TYPE });
    }
  }
  c.depth--;
  return params;
}

function buildParam(c: BuildContext, node: number): Param | null {
  const { type } = buildSpecifiers(c, node, null);
  const declarator = c.child(node, Field.declarator);
  if (declarator < 0) return type.base === 'void' && type.pointers === 0 ? null : { name: '', type };
  const parts = buildDeclarator(c, declarator, type);
  const name = parts.name < 0 ? '' : c.word(parts.name);
  // A parameter declared as a function is a pointer to it.
  if (parts.parameters >= 0) {
    return { name, type: { ...parts.type, isFunction: true, params: buildParams(c, parts.parameters) } };
  }
  return { name, type: parts.type };
}

/** A type alone: in a cast, a `sizeof`, a compound literal. */
export function buildTypeDescriptor(c: BuildContext, node: number): TypeRef {
  const { type } = buildSpecifiers(c, node, null);
  const declarator = c.child(node, Field.declarator);
  if (declarator < 0) return type;
  const parts = buildDeclarator(c, declarator, type);
  if (parts.parameters < 0) return parts.type;
  return { ...parts.type, isFunction: true, params: buildParams(c, parts.parameters) };
}
