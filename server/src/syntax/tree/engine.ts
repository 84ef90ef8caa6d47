/**
 * The parser: C text in, flat tree out. The only owner of web-tree-sitter's objects.
 *
 * One engine a thread. A tree is read into arrays and deleted before `parse` returns.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Language, Parser, type Tree } from 'web-tree-sitter';
import { FlatTree, IS_ERROR, IS_NAMED } from './flat-tree.js';
import { Kind, KindTable } from './kinds.js';
import { readWithCursor } from './tree-cursor.js';
import { MemoryReader, readGrammarTables, type WasmMemory } from './tree-memory.js';
import { type Allocator, type StackPointer, WasmCheckpoint } from './wasm-checkpoint.js';

export interface EngineOptions {
  /** Folder that holds `web-tree-sitter.wasm` and `tree-sitter-c.wasm`; default: beside the bundle, else node_modules. */
  readonly wasmFolder?: string;
  /** `cursor` takes the public way to the tree even where the fast one works; for tests. */
  readonly reader?: 'memory' | 'cursor';
}

export interface ParseEngine {
  /** Words of the kinds in the trees. */
  readonly kinds: KindTable;
  /** How trees are read: `cursor` when the memory's layout was not as expected. */
  readonly reader: 'memory' | 'cursor';
  /** Parses `text` into `out`, whatever `text` is. Never throws on any text. */
  parse(text: string, out: FlatTree): void;
  /** Bytes of wasm memory in use; it never shrinks. */
  memoryBytes(): number;
}

/**
 * The parser's work is counted in units of about 100 steps (web-tree-sitter's progress callback). Kernel C takes
 * below 0.02 units a character; text that makes the error recovery explode is cut off at this many, the same for
 * every run.
 */
const UNITS_A_CHARACTER = 0.25;
const UNITS_AT_LEAST = 5_000;

/**
 * Longest text that is parsed. The longest function of Linux 6.12 has 1.3 million characters; a tree takes some 50
 * bytes of wasm memory a character, which is never given back.
 */
const LONGEST_TEXT = 3_000_000;

/**
 * Wasm memory in pages of 64 KiB: what the binding starts with, and what its longest text needs with room to spare. An
 * ambiguous text can ask for all there is; what was once granted is never given back, and has to be cleared after each trap.
 */
const INITIAL_PAGES = 512;
const MOST_PAGES = 8192;

interface Runtime {
  readonly memory: WasmMemory;
  readonly language: Language;
  /** One for all engines of a thread: it keeps nothing from one text to the next. */
  readonly parser: Parser;
  readonly checkpoint: WasmCheckpoint;
}

let runtime: Promise<Runtime> | undefined;

/** The wasm module with the grammar in it, and the arrays over its memory; shared by all engines of a thread. */
function loadRuntime(wasmFolder: string | undefined): Promise<Runtime> {
  runtime ??= (async () => {
    const { memory, stackPointer } = await loadModule(readWasm('web-tree-sitter', wasmFolder));
    const language = await Language.load(readWasm('tree-sitter-c', wasmFolder));
    const parser = new Parser().setLanguage(language);
    return { memory, language, parser, checkpoint: new WasmCheckpoint(memory, stackPointer) };
  })();
  return runtime;
}

type Imports = ConstructorParameters<typeof WebAssembly.Instance>[1] & {
  readonly env: { readonly __stack_pointer: StackPointer };
};

interface Module {
  readonly memory: WasmMemory & Allocator;
  readonly stackPointer: StackPointer;
}

/** Starts the module by emscripten's `instantiateWasm` hook: nothing else gives its stack pointer. */
async function loadModule(binary: Buffer<ArrayBuffer>): Promise<Module> {
  let stackPointer: StackPointer | undefined;
  const module: Record<string, unknown> = {
    wasmMemory: new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES }),
    instantiateWasm(
      imports: Imports,
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ) {
      const code = new WebAssembly.Module(binary);
      stackPointer = imports.env.__stack_pointer;
      receive(new WebAssembly.Instance(code, imports), code);
    },
  };
  await Parser.init(module);
  if (!stackPointer) throw new Error('web-tree-sitter.wasm was not started by its hook');
  return { memory: module as unknown as Module['memory'], stackPointer };
}

export async function createEngine(options: EngineOptions = {}): Promise<ParseEngine> {
  return new Engine(await loadRuntime(options.wasmFolder), options.reader ?? 'memory');
}

class Engine implements ParseEngine {
  readonly kinds = new KindTable();
  readonly reader: 'memory' | 'cursor';
  readonly #memory: WasmMemory;
  readonly #parser: Parser;
  readonly #checkpoint: WasmCheckpoint;
  readonly #fast: MemoryReader | null;

  constructor({ memory, language, parser, checkpoint }: Runtime, reader: 'memory' | 'cursor') {
    this.#memory = memory;
    this.#parser = parser;
    this.#checkpoint = checkpoint;
    // All at once and in the grammar's order, so that every engine numbers them alike.
    for (let id = 0; id < language.nodeTypeCount; id++) {
      this.kinds.number(language.nodeTypeForId(id) ?? '', language.nodeTypeIsNamed(id));
    }
    const tables =
      reader === 'memory' && memory.HEAPU32 instanceof Uint32Array
        ? readGrammarTables(memory, addressOf(language), language, this.kinds)
        : null;
    const fast = tables ? new MemoryReader(memory, tables) : null;
    this.#fast = fast && this.#readsTheSame(fast) ? fast : null;
    this.reader = this.#fast ? 'memory' : 'cursor';
  }

  parse(text: string, out: FlatTree): void {
    if (text.length > LONGEST_TEXT) {
      this.#giveUp(`longer than ${LONGEST_TEXT} characters`, text, out);
      return;
    }
    let left = Math.max(UNITS_AT_LEAST, text.length * UNITS_A_CHARACTER);
    // The callback's type says void, but a true result stops the parser (lib/binding_web/src/parser.ts).
    const progressCallback = (): boolean => --left < 0;
    let tree: Tree | null = null;
    let trouble: string | null = null;
    try {
      tree = this.#parser.parse(text, null, { progressCallback });
      if (tree && !this.#checkpoint.isStackSpent()) this.#read(tree, text, out);
    } catch (error) {
      trouble = troubleOf(error);
    }
    if (this.#checkpoint.isStackSpent()) trouble = 'too ambiguous for the parser';
    try {
      // Also where the memory is no longer to be trusted: that takes the tree out of the collector's hands.
      if (tree) tree.delete();
      else this.#parser.reset();
    } catch {
      trouble ??= 'the parser failed';
    }
    if (trouble !== null) this.#checkpoint.restore();
    if (trouble !== null || !tree) this.#giveUp(trouble ?? 'too complex for the parser', text, out);
  }

  memoryBytes(): number {
    return this.#memory.HEAPU8.length;
  }

  #read(tree: Tree, text: string, out: FlatTree): void {
    if (this.#fast?.read(addressOf(tree), text, out)) return;
    readWithCursor(tree, text, this.kinds, out);
  }

  #giveUp(reason: string, text: string, out: FlatTree): void {
    out.reset(text);
    out.failure = reason;
    out.push(Kind.ERROR, 0, IS_NAMED | IS_ERROR, 0, text.length);
  }

  /** Whether the fast reader gives the same arrays as the public interface on a text with every kind of node. */
  #readsTheSame(fast: MemoryReader): boolean {
    const tree = this.#parser.parse(SELF_CHECK);
    if (!tree) return false;
    try {
      const quick = new FlatTree();
      const slow = new FlatTree();
      readWithCursor(tree, SELF_CHECK, this.kinds, slow);
      return fast.read(addressOf(tree), SELF_CHECK, quick) && isSameTree(quick, slow);
    } finally {
      tree.delete();
    }
  }
}

/** Inline and heap leaves, aliases, fields of hidden nodes, a missing token, an error, an extra, a long padding. */
const SELF_CHECK = `struct a { int b; };
static int f(struct a *p, unsigned long q)
{
	/* an extra */ for (i = 0; i < 3; i++) p->b += q ? -1 : g(p, "text", 'c');
lbl:	if (x) { return (int)y; } else goto lbl;
	z = a_name_that_is_longer_than_an_inline_leaf_can_be_because_its_size_is_kept_in_a_single_byte_which_counts_to_255_and_this_one_is_longer_than_one_hundred_and_twenty_eight_code_units_each_of_two_bytes
${' '.repeat(300)};
	@ $ (] ;
	int w = 4 }
`;

export function isSameTree(one: FlatTree, other: FlatTree): boolean {
  if (one.count !== other.count || one.firstProblem !== other.firstProblem) return false;
  for (let i = 0; i < one.count; i++) {
    if (
      one.kind[i] !== other.kind[i] ||
      one.field[i] !== other.field[i] ||
      one.flags[i] !== other.flags[i] ||
      one.start[i] !== other.start[i] ||
      one.end[i] !== other.end[i] ||
      one.after[i] !== other.after[i]
    ) {
      return false;
    }
  }
  return true;
}

/** tree-sitter aborts when it is refused memory, which only a text of endless alternatives asks for. */
function troubleOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith('Aborted(') ? 'too ambiguous for the parser' : `the parser failed: ${message}`;
}

/** The wasm address behind a binding object; 0 when it keeps none. */
function addressOf(object: Tree | Language): number {
  const address = (object as unknown as { readonly 0: unknown })[0];
  return typeof address === 'number' ? address : 0;
}

// ---- where the wasm files are ------------------------------------------------------------------------------

/** Beside the bundle (the build copies them there), else in node_modules (development). */
function readWasm(packageName: string, folder: string | undefined): Buffer<ArrayBuffer> {
  const file = `${packageName}.wasm`;
  const here = folder ?? ownFolder();
  const beside = join(here, file);
  if (folder !== undefined || existsSync(beside)) return readFileSync(beside);
  return readFileSync(createRequire(join(here, 'engine.js')).resolve(`${packageName}/${file}`));
}

/**
 * Folder of this file or of the bundle it went into. A CommonJS bundle must be built with `import.meta.url` defined:
 * web-tree-sitter needs it too.
 */
function ownFolder(): string {
  return dirname(fileURLToPath(import.meta.url));
}
