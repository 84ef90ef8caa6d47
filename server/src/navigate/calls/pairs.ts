/** Mappings and what ends them: which functions unmap what a function maps. */
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr } from '../../syntax/ir.js';
import { callsIn } from '../../syntax/walk.js';

/**
 * `dma_map_page_attrs`, `dma_unmap_sg`, `virtqueue_dma_map_single_attrs` (6.6+), `virtqueue_unmap_page_attrs` (6.18).
 * Origin: include/linux/dma-mapping.h, virtio.h. `pci_map_page` and its likes were removed in 5.18.
 */
const mapping = /^((?:virtqueue_)?(?:dma_)?|pci_)(un)?map_(single|page|sg|sgtable|phys|resource)(?:_attrs)?$/;

interface Mapping {
  /** Whose, and of what: a mapping is ended by a call of the same kind. */
  readonly kind: string;
  readonly isEnd: boolean;
  readonly call: CallExpr;
  readonly name: string;
}

export interface Pair {
  readonly fn: FunctionRef;
  /** `dma_unmap_page()`. */
  readonly by: string;
  /** The calls of the function asked about. */
  readonly at: readonly CallExpr[];
  /** The calls of the other function. */
  readonly theirs: readonly CallExpr[];
}

function mappingsIn(fn: FunctionRef): Mapping[] {
  return callsIn(fn).flatMap((call) => {
    const name = call.callee.kind === 'name' ? call.callee.name : '';
    const [, owner, un, what] = mapping.exec(name) ?? [];
    return owner === undefined || owner === ''
      ? []
      : [{ kind: `${owner}${what}`, isEnd: un !== undefined, call, name }];
  });
}

/** The functions of the same file that end the mappings a function makes, by calls of the same kind. */
export function unmappersOf(program: Program, fn: FunctionRef): Pair[] {
  return pairs(program, fn, false);
}

/** The functions of the same file that make the mappings a function ends. */
export function mappersOf(program: Program, fn: FunctionRef): Pair[] {
  return pairs(program, fn, true);
}

/** Of a function that is called like a mapping itself, as `virtqueue_dma_map_single_attrs()`: what it makes or ends for others. */
function namedAfter(fn: FunctionRef): string {
  const [, owner = '', , what = ''] = mapping.exec(fn.name) ?? [];
  return `${owner}${what}`;
}

function pairs(program: Program, fn: FunctionRef, isEnd: boolean): Pair[] {
  const own = mappingsIn(fn).filter((one) => one.isEnd === isEnd);
  if (own.length === 0) return [];
  return withMappings(program, fn.file).flatMap((other) => {
    const theirs = other.mappings.filter(
      (one) => one.isEnd !== isEnd && own.some(({ kind }) => kind === one.kind),
    );
    const [first] = theirs;
    if (first === undefined || other.fn.start === fn.start) return [];
    if (namedAfter(fn) !== namedAfter(other.fn)) return [];
    const at = own.filter(({ kind }) => theirs.some((one) => one.kind === kind)).map(({ call }) => call);
    return [{ fn: other.fn, by: `${first.name}()`, at, theirs: theirs.map(({ call }) => call) }];
  });
}

function withMappings(program: Program, file: string): { fn: FunctionRef; mappings: Mapping[] }[] {
  const test = program.nameTest(mapping);
  return program
    .factsHolding(file, test)
    .functions.map((fn) => ({ fn, mappings: mappingsIn(fn) }))
    .filter(({ mappings }) => mappings.length > 0);
}
