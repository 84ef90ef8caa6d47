/** What an initialiser list fills: which value becomes which field of which record. */
import type { Expr, InitExpr, TypeRef } from '../../syntax/ir.js';
import type { RecordRef } from '../unit.js';
import type { Types } from './types.js';

/** The record type an initialiser list without a type of its own fills, item by item. */
export type InitVisitor = (place: InitPlace) => void;

export interface InitPlace {
  /** The tag of the record filled; null when its type is not known. */
  readonly record: string | null;
  readonly field: string;
  readonly value: Expr;
}

/** Tells for every value in an initialiser which field of which record it becomes, nested lists included. */
export function visitInit(
  types: Types,
  init: InitExpr,
  type: TypeRef | null,
  file: string,
  visit: InitVisitor,
): void {
  const pending: { readonly init: InitExpr; readonly type: TypeRef | null }[] = [
    { init, type: init.type ?? type },
  ];
  for (let list = pending.pop(); list !== undefined; list = pending.pop()) {
    const isArray = list.type !== null && list.type.pointers > 0;
    const element =
      list.type && isArray ? { base: list.type.base, pointers: list.type.pointers - 1 } : list.type;
    let position = 0;
    for (const item of list.init.items) {
      const at = place(types, list.type, isArray ? element : null, item.designators, position, file);
      position = at.position + 1;
      if (at.field !== null) visit({ record: at.record, field: at.field, value: item.value });
      if (item.value.kind === 'init') pending.push({ init: item.value, type: item.value.type ?? at.type });
    }
  }
}

interface ItemPlace {
  readonly record: string | null;
  readonly field: string | null;
  readonly type: TypeRef | null;
  /** Among the fields of the list's own record. */
  readonly position: number;
}

function place(
  types: Types,
  listType: TypeRef | null,
  element: TypeRef | null,
  designators: readonly (string | Expr)[],
  position: number,
  file: string,
): ItemPlace {
  if (designators.length === 0) {
    if (element !== null) return { record: null, field: null, type: element, position };
    const record = listType === null ? null : (types.recordsOf(listType, file)[0] ?? null);
    const field = record?.fields[position];
    return { record: record?.tag ?? null, field: field?.name ?? null, type: field?.type ?? null, position };
  }
  let type = listType;
  let record: string | null = null;
  let name: string | null = null;
  let first = position;
  designators.forEach((designator, index) => {
    if (typeof designator !== 'string') {
      type = type === null || type.pointers === 0 ? type : { base: type.base, pointers: type.pointers - 1 };
      return;
    }
    const found: { record: RecordRef; type: TypeRef } | null =
      type === null ? null : types.fieldOf(type, designator, file);
    record = found?.record.tag ?? (type === null ? null : types.unseenRecord(type, file));
    name = designator;
    if (index === 0 && found) first = found.record.fields.findIndex((field) => field.name === designator);
    type = found?.type ?? null;
  });
  return { record, field: name, type, position: first };
}
