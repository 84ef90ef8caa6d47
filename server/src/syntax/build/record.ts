/** Structs, unions and enums written out: their fields and constants, wherever they stand. */

import { findWord } from '../../text/find-word.js';
import type { FieldFacts } from '../ir.js';
import { Field, Kind } from '../tree/kinds.js';
import type { BuildContext } from './context.js';
import { buildExpr } from './expr.js';
import { kept } from './intern.js';
import { buildDeclarator, buildParams, buildSpecifiers, ownedTag, readType, type TagOf } from './type.js';

/**
 * The base name of a struct or union specifier (`struct x`); when it has a body, the record goes to the context.
 * `tagOf` names one without a tag.
 */
export function buildRecord(
  c: BuildContext,
  node: number,
  keyword: 'struct' | 'union',
  tagOf: TagOf | null,
): string {
  const name = c.child(node, Field.name);
  const body = c.child(node, Field.body);
  const tag = name >= 0 ? `${keyword} ${c.word(name)}` : tagName(keyword, tagOf);
  if (body < 0) return tag;
  const outer = c.owner;
  const fields: FieldFacts[] = [];
  // Reserve the place, so that a record comes before those inside it.
  const at = c.records.length;
  c.records.push({
    tag,
    fields,
    condition: c.conditionAt(c.start(node)),
    start: c.start(node),
    end: c.end(node),
  });
  c.owner = tag.replace(/^(?:struct|union) /, '');
  buildFields(c, body, fields, at);
  c.owner = outer;
  return tag;
}

/** A typedef's name is the whole tag; the name of a member or variable begins with a dot and needs the keyword. */
function tagName(keyword: string, tagOf: TagOf | null): string {
  if (tagOf === null) return '';
  const name = tagOf();
  return name.includes('.') ? `${keyword} ${name}` : name;
}

function buildFields(c: BuildContext, body: number, fields: FieldFacts[], record: number): void {
  if (c.depth > 100) return;
  c.depth++;
  for (const child of c.contents(body)) {
    if (c.kind(child) === Kind.field_declaration) buildField(c, child, fields, record);
  }
  c.depth--;
}

function buildField(c: BuildContext, node: number, fields: FieldFacts[], record: number): void {
  const typeNode = c.child(node, Field.type);
  const first = c.child(node, Field.declarator);
  if (first < 0) {
    if (typeNode >= 0) buildAnonymousMember(c, typeNode, fields, record);
    return;
  }
  const { type } = buildSpecifiers(c, node, () => ownedTag(c, first));
  const end = c.after(node);
  let condition = c.conditionAt(c.start(node));
  const outer = c.records[record]?.condition;
  if (condition === outer) condition = { kind: 'true' };
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (c.field(child) !== Field.declarator) continue;
    const parts = buildDeclarator(c, child, type);
    if (parts.name < 0) continue;
    const bits = bitsAfter(c, child, end);
    fields.push({
      name: c.word(parts.name),
      type:
        parts.parameters < 0
          ? parts.type
          : { ...parts.type, isFunction: true, params: buildParams(c, parts.parameters) },
      span: { start: c.start(parts.name), end: c.end(parts.name) },
      ...(bits < 0 ? {} : { bits: buildExpr(c, bits) }),
      ...(condition.kind === 'true' ? {} : { condition }),
    });
  }
}

/** `struct { ... };` inside a record: its fields count as the record's own. */
function buildAnonymousMember(c: BuildContext, typeNode: number, fields: FieldFacts[], record: number): void {
  const kind = c.kind(typeNode);
  if (kind !== Kind.struct_specifier && kind !== Kind.union_specifier) {
    // `u8 : 3;` pads; an enum may stand here for its constants.
    if (kind === Kind.enum_specifier) buildEnumerators(c, typeNode, null);
    else addMacroField(c, typeNode, fields);
    return;
  }
  const keyword = kind === Kind.struct_specifier ? 'struct' : 'union';
  const body = c.child(typeNode, Field.body);
  const isTagged = c.child(typeNode, Field.name) >= 0;
  if (body >= 0 && !isTagged) {
    const from = fields.length;
    buildFields(c, body, fields, record);
    addGroup(c, typeNode, body, fields, from);
  } else if (body >= 0) {
    // A tagged definition without a member name is a member only under -fms-extensions, which the kernel uses.
    const at = c.records.length;
    buildRecord(c, typeNode, keyword, null);
    fields.push(...(c.records[at]?.fields ?? []));
  }
}

/** `MACRO(name, ...);` or `MACRO(type, name);` as a field: all that can be told is its name. */
function addMacroField(c: BuildContext, node: number, fields: FieldFacts[]): void {
  const rewrite = c.rewriteAt(node);
  if (rewrite?.kind !== 'type-argument') return;
  const { start, end } = rewrite;
  const text = c.source.slice(start, end);
  const name = /^\w+\s*\((?:[^,()]*[\s*][^,()]*,)?\s*(\w+)\s*[,)]/.exec(text)?.[1];
  if (name === undefined) return;
  const at = start + findWord(text, name, text.indexOf('('));
  fields.push({
    name: kept(name),
    type: readType(c, start, end),
    span: { start: at, end: at + name.length },
  });
}

/**
 * `struct_group(name, fields)`, shown as `struct { fields }`: its fields are the record's own and also those of a member
 * `name`.
 */
function addGroup(c: BuildContext, node: number, body: number, fields: FieldFacts[], from: number): void {
  const rewrite = c.rewriteAt(node);
  if (rewrite?.kind !== 'definition-macro') return;
  const head = c.source.slice(rewrite.start, c.start(body) + 1);
  const [macro = '', ...names] = head.match(/\w+/g) ?? [];
  const isTagged = /tagged|^__struct_group/.test(macro);
  const name = names[isTagged ? 1 : 0];
  const overlap = /^\w*OVERLAP\w*\s*\(\s*(struct|union)\s+(\w+)\s*,\s*(\w+)/.exec(head);
  if (overlap) {
    // TRAILING_OVERLAP(type, name, array, fields): the fields lie over the array at the end of `name`.
    const [, keyword, type, member = ''] = overlap;
    const at = rewrite.start + findWord(head, member);
    const span = { start: at, end: at + member.length };
    fields.push({ name: kept(member), type: { base: `${keyword} ${kept(type ?? '')}`, pointers: 0 }, span });
    return;
  }
  if (!macro.includes('group') || name === undefined) return;
  const at = rewrite.start + head.lastIndexOf(name);
  const tag =
    isTagged && names[0] !== undefined ? `struct ${kept(names[0])}` : `struct ${c.owner}.${kept(name)}`;
  const { start, end } = rewrite;
  c.records.push({ tag, fields: fields.slice(from), condition: c.conditionAt(start), start, end });
  fields.push({
    name: kept(name),
    type: { base: tag, pointers: 0 },
    span: { start: at, end: at + name.length },
  });
}

/** The width after a declarator; -1 when it is no bit field. */
function bitsAfter(c: BuildContext, declarator: number, end: number): number {
  const next = c.after(declarator);
  if (next >= end || c.kind(next) !== Kind.bitfield_clause) return -1;
  return c.firstContent(next);
}

/** The base name of an enum specifier; its constants, when it has a body, go to the context. */
export function buildEnumerators(c: BuildContext, node: number, tagOf: TagOf | null): string {
  const name = c.child(node, Field.name);
  const body = c.child(node, Field.body);
  const outer = body < 0 ? null : c.conditionAt(c.start(node));
  const tag = name >= 0 ? `enum ${c.word(name)}` : enumName(tagOf);
  for (const child of body < 0 ? [] : c.contents(body)) {
    if (c.kind(child) !== Kind.enumerator) continue;
    const nameNode = c.child(child, Field.name);
    const value = c.child(child, Field.value);
    if (nameNode < 0) continue;
    const condition = c.conditionAt(c.start(child));
    c.enumerators.push({
      name: c.word(nameNode),
      value: value < 0 ? null : buildExpr(c, value),
      ...(tag === 'enum' ? {} : { tag }),
      ...(condition === outer || condition.kind === 'true' ? {} : { condition }),
      start: c.start(child),
      end: c.end(child),
    });
  }
  return tag;
}

/** A typedef's name; constants of an enum with no name of its own need none. */
function enumName(tagOf: TagOf | null): string {
  const name = tagOf?.() ?? '.';
  return name.includes('.') ? 'enum' : name;
}
