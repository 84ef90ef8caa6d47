/**
 * The syntax folder's face: text of a file in, outline and facts out.
 *
 *     const parser = await createKernelParser();
 *     const file = parser.outline('drivers/virtio/virtio_ring.c', text);
 *     for (const chunk of file.chunks) use(parser.facts(file, chunk));
 *
 * `outline` needs no parse and costs little; `facts` parses one chunk. Both depend on their arguments alone: the same
 * text gives the same facts, whatever was asked before, so they may be cached by content and recomputed at will.
 */
import { FactsReader } from './build/facts.js';
import type { ChunkFacts, FunctionFacts } from './ir.js';
import { outline } from './outline.js';
import type { Chunk, SourceFile } from './source.js';
import { createEngine, type EngineOptions } from './tree/engine.js';

export { contentKey, FactsCache, moved } from './facts-cache.js';
export type * from './ir.js';
export type { Chunk, ChunkKind, SourceFile } from './source.js';
export { outline };

export interface KernelParser {
  /** Never throws, whatever the text. */
  outline(path: string, text: string): SourceFile;
  /** What one chunk of the file says. Never throws. */
  facts(file: SourceFile, chunk: Chunk): ChunkFacts;
  /** Bytes of the parser's memory; it never shrinks. */
  memoryBytes(): number;
}

/** One a thread. Loading takes about 10 ms. */
export async function createKernelParser(options: EngineOptions = {}): Promise<KernelParser> {
  const engine = await createEngine(options);
  const reader = new FactsReader(engine);
  return {
    outline,
    facts: (file, chunk) => reader.read(file, chunk),
    memoryBytes: () => engine.memoryBytes(),
  };
}

/** The function's text as it stands in the file. */
export function functionText(file: SourceFile, facts: FunctionFacts): string {
  return file.text.slice(facts.start, facts.end);
}
