/** How the members of a record lie: those of nameless structs and unions are listed as the record's own, their braces are not. */
import type { FieldFacts } from '../../../syntax/ir.js';

export type Member =
  | { readonly kind: 'field'; readonly field: FieldFacts }
  | { readonly kind: 'struct' | 'union'; readonly members: readonly Member[] };

/** A nameless `struct { ... };` in the text of a record. */
interface Group {
  readonly kind: 'struct' | 'union';
  readonly start: number;
  readonly end: number;
}

/** `text`: that of the record, comments blanked out; `start`: its offset in the file. */
export function membersOf(fields: readonly FieldFacts[], text: string, start: number): readonly Member[] {
  const groups = namelessGroups(text).map((g) => ({ ...g, start: g.start + start, end: g.end + start }));
  return nest(fields, groups);
}

function nest(fields: readonly FieldFacts[], groups: readonly Group[]): readonly Member[] {
  const members: Member[] = [];
  const done = new Set<Group>();
  for (const field of fields) {
    const [outer] = groups.filter((g) => holds(g, field)).sort((a, b) => b.end - b.start - (a.end - a.start));
    if (outer === undefined) members.push({ kind: 'field', field });
    else if (!done.has(outer)) {
      done.add(outer);
      const inside = fields.filter((f) => holds(outer, f));
      const inner = groups.filter((g) => g !== outer && outer.start <= g.start && g.end <= outer.end);
      members.push({ kind: outer.kind, members: nest(inside, inner) });
    }
  }
  return members;
}

function holds(group: Group, { span }: FieldFacts): boolean {
  return group.start <= span.start && span.end <= group.end;
}

function namelessGroups(text: string): readonly Group[] {
  const found: Group[] = [];
  const open: { kind: 'struct' | 'union' | null; start: number }[] = [];
  for (const match of text.matchAll(
    /\b(struct|union)\s*(?:__\w+\b\s*)*\{|\{|\}\s*(?:__\w+\b\s*(?:\([^)]*\)\s*)*)*(;?)/g,
  )) {
    const start = match.index;
    if (match[0].startsWith('}')) {
      const group = open.pop();
      // The outermost braces are the record's own.
      if (group?.kind != null && match[1] === undefined && match[2] === ';' && open.length > 0)
        found.push({ kind: group.kind, start: group.start, end: start });
    } else open.push({ kind: match[1] === 'struct' || match[1] === 'union' ? match[1] : null, start });
  }
  return found;
}
