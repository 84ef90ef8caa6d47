/**
 * The state of the parser's wasm module, kept to go back to.
 *
 * tree-sitter recurses as deep as an ambiguity is long (`stack_node_add_link`, lib/src/stack.c), on a stack of 64 KiB
 * that lies above the module's own data and has no guard: a few thousand times `.a = ` write over the allocator's
 * state. What comes after a trap is no better: the stack pointer stays where it was. Module and parser can not be
 * made anew through the binding, so what a wasm module consists of is put back: its memory and its stack pointer.
 */
import type { WasmMemory } from './tree-memory.js';

/** The module's stack pointer: a `WebAssembly.Global`. */
export interface StackPointer {
  value: number;
}

/** What of the module's allocator is used. */
export interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** emscripten's default, which web-tree-sitter is built with (`___stack_high` less `___stack_low`). */
const STACK_BYTES = 65_536;

/** The deepest bytes of the stack; a text that has written there may have written beyond. */
const WATCHED_BYTES = 512;

/** Larger than any piece the allocator has left over, so that it comes from the end of the heap. */
const LARGE = 1 << 20;

export class WasmCheckpoint {
  readonly #memory: WasmMemory;
  readonly #stackPointer: StackPointer;
  readonly #stackTop: number;
  readonly #bytes: Uint8Array;
  /** Words of the watched bytes; empty where the stack is not where it is expected. */
  readonly #watched: { readonly from: number; readonly to: number };

  /** To be made between parses: what was allocated before remains, what comes after is forgotten by `restore`. */
  constructor(memory: WasmMemory & Allocator, stackPointer: StackPointer) {
    const edge = memory._malloc(LARGE);
    memory._free(edge);
    this.#memory = memory;
    this.#stackPointer = stackPointer;
    this.#stackTop = stackPointer.value;
    // The allocator keeps a few words about the free rest at its start.
    this.#bytes = memory.HEAPU8.slice(0, edge + 64);
    const from = (this.#stackTop - STACK_BYTES) >>> 2;
    this.#watched = { from, to: from + (WATCHED_BYTES >>> 2) };
    if (this.#stackTop < STACK_BYTES || this.isStackSpent()) this.#watched = { from: 0, to: 0 };
  }

  /** Whether the stack was used to its end since the last `restore`: the memory is not to be trusted then. */
  isStackSpent(): boolean {
    const words = this.#memory.HEAPU32;
    for (let i = this.#watched.from; i < this.#watched.to; i++) if (words[i] !== 0) return true;
    return false;
  }

  /** Puts the module back. Trees and cursors made since are gone; they must not be deleted any more. */
  restore(): void {
    this.#stackPointer.value = this.#stackTop;
    this.#memory.HEAPU8.set(this.#bytes);
    this.#memory.HEAPU8.fill(0, this.#bytes.length);
  }
}
