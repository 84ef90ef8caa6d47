/**
 * What a reviewer looks for by name in the whole index, open or not: functions that decide, feature tables, drivers, ops
 * tables, and what is called when a device has used buffers.
 */
import { tableFields } from '@vringside/grammars/feature-roles';
import { decisionFunctions } from '../analysis/index.js';
import {
  type FileFacts,
  type FunctionRef,
  functionNames,
  type GlobalRef,
  type Program,
} from '../program/index.js';
import type { Expr } from '../syntax/ir.js';
import { walk } from '../syntax/walk.js';
import type { Span } from '../text/span.js';
import type { Index } from './definitions.js';

export type SymbolSort = 'decision' | 'feature table' | 'driver' | 'ops table' | 'virtqueue callback';

export interface ProgramSymbol {
  readonly sort: SymbolSort;
  readonly name: string;
  readonly file: string;
  readonly span: Span;
  /** The name's own place. */
  readonly nameSpan: Span;
}

/** Records whose variables are symbols. Origin: include/linux/{virtio,virtio_config,vdpa,dma-map-ops}.h. */
const tables: Readonly<Record<string, SymbolSort>> = {
  'struct virtio_driver': 'driver',
  'struct virtio_config_ops': 'ops table',
  'struct virtio_map_ops': 'ops table',
  'struct vdpa_config_ops': 'ops table',
  'struct vdpa_mgmtdev_ops': 'ops table',
  'struct dma_map_ops': 'ops table',
};

const memo = new WeakMap<Program, readonly ProgramSymbol[]>();

/** By file and place. */
export function programSymbols(index: Index): readonly ProgramSymbol[] {
  let found = memo.get(index.program);
  if (found === undefined) {
    found = find(index);
    memo.set(index.program, found);
  }
  return found;
}

function find({ program, resolver }: Index): ProgramSymbol[] {
  const found = new Map<string, ProgramSymbol>();
  const add = (sort: SymbolSort, { name, file, start, end, nameSpan }: FunctionRef | GlobalRef): void => {
    const key = `${file}\0${start}\0${name}`;
    if (!found.has(key)) found.set(key, { sort, name, file, span: { start, end }, nameSpan });
  };
  for (const { ref } of decisionFunctions(resolver)) add('decision', ref);
  for (const [type, sort] of Object.entries(tables)) {
    for (const facts of factsWith(program, type.replace('struct ', ''))) {
      for (const global of facts.globals) if (global.type.base === type && isTable(global)) add(sort, global);
    }
  }
  for (const slot of tableFields) {
    for (const { file, value } of program.fieldAssignments('struct virtio_driver', slot)) {
      const table = value?.kind === 'name' ? program.global(value.name, file) : null;
      if (table !== null) add('feature table', table);
    }
  }
  for (const fn of callbacks(program)) add('virtqueue callback', fn);
  return [...found.values()].sort((a, b) =>
    a.file === b.file ? a.span.start - b.span.start : a.file < b.file ? -1 : 1,
  );
}

function isTable({ isExtern, init, type }: GlobalRef): boolean {
  return !isExtern && init !== null && type.pointers === 0;
}

function factsWith(program: Program, name: string): FileFacts[] {
  return program.mentions(name).flatMap((place) => program.chunkFacts(place) ?? []);
}

/** What a driver asks for a queue with (6.11+), and the field of the callback. */
const queueRecords: ReadonlyMap<string, string> = new Map([['struct virtqueue_info', 'callback']]);
/** The type of a queue's callback, and an array of them: what drivers gave the transport before 6.11. */
const callbackType = 'vq_callback_t';
/** Asks for one queue. Its second argument is the callback. */
const oneQueue = 'virtio_find_single_vq';

/** Functions that queues are given to call. */
function callbacks(program: Program): FunctionRef[] {
  const found = new Set<FunctionRef>();
  const take = (value: Expr, file: string): void => {
    for (const name of functionNames(value)) {
      for (const fn of program.functionsNamed(name, file)) found.add(fn);
    }
  };
  const stores = [...queueRecords].flatMap(([record, field]) =>
    program
      .mentions(record.replace('struct ', ''))
      .flatMap((place) => program.storesAt(place).get(field) ?? [])
      .filter((store) => store.record === record),
  );
  for (const { file, value } of stores) if (value !== null) take(value, file);
  for (const fn of [callbackType, oneQueue].flatMap((name) =>
    factsWith(program, name).flatMap((facts) => facts.functions),
  )) {
    const scope = program.scopeOf(fn);
    const isCallbacks = (name: string, offset: number): boolean =>
      scope.lookup(name, offset)?.type.base === callbackType;
    walk(
      fn.variants.flatMap(({ body }) => body),
      (node) => {
        if (node.kind === 'decl') {
          for (const { type, init } of node.declarators) {
            if (init?.kind === 'init' && type.base === callbackType)
              for (const { value } of init.items) take(value, fn.file);
          }
        } else if (node.kind === 'assign' && node.target.kind === 'index') {
          const { object } = node.target;
          if (object.kind === 'name' && isCallbacks(object.name, object.start)) take(node.value, fn.file);
        } else if (node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === oneQueue) {
          const given = node.args[1];
          if (given !== undefined) take(given, fn.file);
        }
      },
    );
  }
  return [...found];
}
