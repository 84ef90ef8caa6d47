/** Who leads to a place: callers, the tables and calls a function is given to, the guard of a site. */
import type { Inventory } from '../../analysis/index.js';
import type { FunctionRef, FunctionUse, Program } from '../../program/index.js';
import { uncast, walk } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import type { Index } from '../definitions.js';
import {
  type CallItem,
  type CallLink,
  type CallNode,
  functionAround,
  functionItem,
  functionOf,
  merged,
  siteSpan,
} from './items.js';
import { mappersOf } from './pairs.js';

export function incomingCalls(index: Index & { readonly inventory: Inventory }, node: CallNode): CallLink[] {
  const { program, inventory } = index;
  switch (node.kind) {
    case 'end':
      return [];
    case 'slot':
      return merged(callsThrough(program, node.record, node.field));
    case 'site':
      return merged(leadingTo(program, inventory, node.site));
    case 'function': {
      const fn = functionOf(program, node);
      return fn === null ? [] : merged([...callersOf(program, fn), ...mappingsFor(program, fn)]);
    }
    default:
      return node satisfies never;
  }
}

function callersOf(program: Program, fn: FunctionRef): CallLink[] {
  const calls = program.callers(fn).flatMap(({ caller, macro, file, start, end }): CallLink[] => {
    const at = [{ start, end: start + fn.name.length }];
    if (caller !== null) return [{ item: functionItem(caller), at }];
    if (macro === null) return [];
    const item = ending('macro', macro.name, 'macro', file, macro);
    return [{ item, at: [{ start, end }] }];
  });
  return [...calls, ...program.usesOf(fn).flatMap((use) => takenBy(program, use)), ...entriesOf(program, fn)];
}

/** A function whose address is taken is called by whom it is given to. */
function takenBy(program: Program, use: FunctionUse): CallLink[] {
  const at = [{ start: use.start, end: use.end }];
  if (use.kind === 'field' && use.record !== null) {
    const { record, field } = use;
    const table = use.global ?? use.function;
    const where = use.global !== null ? use.global.name : `${use.function?.name ?? ''}()`;
    const span = table === null ? at[0] : { start: table.start, end: table.end };
    if (span === undefined) return [];
    const item: CallItem = {
      node: { kind: 'slot', record, field },
      sort: 'slot',
      name: `${record}.${field}`,
      detail: `in ${where}`,
      file: use.file,
      span,
      nameSpan: { start: use.start, end: use.end },
    };
    return [{ item, at }];
  }
  const how =
    use.kind === 'argument'
      ? `gives it to ${use.callee}()`
      : use.kind === 'other'
        ? 'takes its address'
        : 'keeps it';
  if (use.function !== null) return [{ item: functionItem(use.function, how), at }];
  const chunk = program.source(use.file)?.chunks.find((one) => one.index === use.chunk);
  return chunk === undefined
    ? []
    : [{ item: ending('entry', chunk.name ?? use.file, how, use.file, chunk), at }];
}

/** `module_init(f)`, `early_initcall(f)`: called by the kernel. An export is no call. */
function entriesOf(program: Program, { file, name }: FunctionRef): CallLink[] {
  return program.chunksMentioning(file, name).flatMap((chunk) =>
    (program.chunkFacts({ file, chunk })?.invocations ?? [])
      .filter(({ macro }) => !/^(?:EXPORT_|ALLOW_ERROR_INJECTION)/.test(macro))
      .flatMap((invocation) => {
        const given = invocation.args.find((arg) => arg.kind === 'name' && arg.name === name);
        if (given === undefined) return [];
        const item = ending(
          'entry',
          `${invocation.macro}(${name})`,
          'entered by the kernel',
          file,
          invocation,
        );
        return [{ item, at: [{ start: given.start, end: given.end }] }];
      }),
  );
}

/** What maps is shown above what unmaps: the mapping is handed on. */
function mappingsFor(program: Program, fn: FunctionRef): CallLink[] {
  return mappersOf(program, fn).map(({ fn: mapper, by, theirs }) => ({
    item: functionItem(mapper, `maps: ${by}`),
    at: theirs,
  }));
}

function ending(sort: 'macro' | 'entry', name: string, detail: string, file: string, span: Span): CallItem {
  const { start, end } = span;
  return { node: { kind: 'end' }, sort, name, detail, file, span: { start, end }, nameSpan: { start, end } };
}

/** Calls through a field of a record: `vdev->config->find_vqs(...)`. */
export function callsThrough(program: Program, record: string, field: string): CallLink[] {
  return program.mentions(field).flatMap((place) =>
    (program.chunkFacts(place)?.functions ?? []).flatMap((fn) => {
      const at: Span[] = [];
      const scope = program.scopeOf(fn);
      for (const { body } of fn.variants) {
        walk(body, (node) => {
          if (node.kind !== 'call') return;
          const callee = uncast(node.callee);
          const through = callee.kind === 'unary' && callee.op === '*' ? uncast(callee.operand) : callee;
          if (through.kind !== 'member' || through.field !== field) return;
          if (program.recordOfMember(through, scope)?.tag !== record) return;
          at.push({ start: through.end - field.length, end: through.end });
        });
      }
      return at.length === 0 ? [] : [{ item: functionItem(fn), at }];
    }),
  );
}

/** The function a site stands in, and those in which its guard is decided. */
function leadingTo(program: Program, inventory: Inventory, id: string): CallLink[] {
  const site = inventory.sites.find((one) => one.site.id === id)?.site;
  if (site === undefined) return [];
  const span = siteSpan(program, site);
  const around = functionAround(program, site.file, span.start);
  const decided = (site.guard?.via ?? []).flatMap(({ file, line, text }): CallLink[] => {
    const lines = program.lines(file);
    if (lines === null) return [];
    const at = trimmed(program, file, lines.lineSpan(line));
    const fn = functionAround(program, file, at.start);
    return fn === null ? [] : [{ item: functionItem(fn, `decides: ${text}`), at: [at] }];
  });
  return [...(around === null ? [] : [{ item: functionItem(around), at: [span] }]), ...decided];
}

/** A line without the white space around its text. */
function trimmed(program: Program, file: string, line: Span): Span {
  const text = program.textOf(file, line);
  return {
    start: line.start + (text.length - text.trimStart().length),
    end: line.end - (text.length - text.trimEnd().length),
  };
}
