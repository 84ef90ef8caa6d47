/** What stands in a call hierarchy: functions, and what calls that are no plain calls go through. */
import type { Site } from '../../analysis/index.js';
import type { FunctionRef, Program } from '../../program/index.js';
import type { Span } from '../../text/span.js';

/** Enough to find the thing again after an edit; plain data, for the client to keep. */
export type CallNode =
  | { readonly kind: 'function'; readonly name: string; readonly file: string; readonly start: number }
  /** A function kept in a table: `struct virtio_config_ops`, `find_vqs`. */
  | { readonly kind: 'slot'; readonly record: string; readonly field: string }
  /** By its id. */
  | { readonly kind: 'site'; readonly site: string }
  /** A place nothing further leads from: a macro that calls, an initcall, a call out of the index. */
  | { readonly kind: 'end' };

export interface CallItem {
  readonly node: CallNode;
  readonly sort: 'function' | 'slot' | 'site' | 'macro' | 'entry';
  readonly name: string;
  readonly detail: string;
  readonly file: string;
  readonly span: Span;
  readonly nameSpan: Span;
}

export interface CallLink {
  readonly item: CallItem;
  /** Where the calls stand: in the caller's file. */
  readonly at: readonly Span[];
}

export function functionItem(ref: FunctionRef, detail = ''): CallItem {
  const { name, file, start, end, nameSpan } = ref;
  const place = file.slice(file.lastIndexOf('/') + 1);
  return {
    node: { kind: 'function', name, file, start },
    sort: 'function',
    name: `${name}()`,
    detail: detail === '' ? place : `${detail} · ${place}`,
    file,
    span: { start, end },
    nameSpan,
  };
}

/** The function a node means in this state of the texts; null when it is gone. */
export function functionOf(program: Program, node: CallNode & { kind: 'function' }): FunctionRef | null {
  const found = program
    .chunksMentioning(node.file, node.name)
    .flatMap((chunk) => program.chunkFacts({ file: node.file, chunk })?.functions ?? [])
    .filter((fn) => fn.name === node.name);
  const distance = (fn: FunctionRef): number => Math.abs(fn.start - node.start);
  return found.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

/** The function whose definition holds an offset. */
export function functionAround(program: Program, file: string, offset: number): FunctionRef | null {
  const chunk = program
    .source(file)
    ?.chunks.find((one) => one.kind === 'function' && one.start <= offset && offset < one.end);
  if (chunk === undefined) return null;
  const facts = program.chunkFacts({ file, chunk: chunk.index });
  return facts?.functions.find((fn) => fn.start <= offset && offset < fn.end) ?? null;
}

export function siteItem(program: Program, site: Site): CallItem {
  const span = siteSpan(program, site);
  const when = site.guard === null ? 'always' : `when ${site.guard.words ?? site.guard.resolved}`;
  return {
    node: { kind: 'site', site: site.id },
    sort: 'site',
    name: site.expression === '' ? site.kind : site.expression,
    detail: when,
    file: site.file,
    span,
    nameSpan: span,
  };
}

export function siteSpan(program: Program, { file, range }: Site): Span {
  const lines = program.lines(file);
  if (lines === null) return { start: 0, end: 0 };
  return { start: lines.offsetAt(range.start), end: lines.offsetAt(range.end) };
}

/** Links to the same thing made one, with all their places. */
export function merged(links: readonly CallLink[]): CallLink[] {
  const byItem = new Map<string, { item: CallItem; at: Span[] }>();
  for (const { item, at } of links) {
    const key = `${item.file}\0${item.nameSpan.start}\0${item.name}\0${item.detail}`;
    const known = byItem.get(key);
    if (known === undefined) byItem.set(key, { item, at: [...at] });
    else known.at.push(...at.filter((one) => !known.at.some(({ start }) => start === one.start)));
  }
  return [...byItem.values()];
}
