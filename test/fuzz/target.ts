/** What is done with an input, and what must hold. */
import { analyseSources } from '../../server/src/service/analyse.js';
import { createKernelParser, type KernelParser } from '../../server/src/syntax/index.js';
import type { Input } from './inputs.js';

export interface Target {
  /** Throws when something that must hold does not. */
  run(input: Input): Promise<void>;
  /** Bytes of the parser's memory, which never shrinks; part of the process's memory. */
  parserBytes(): number;
}

export async function createTarget(): Promise<Target> {
  const parser = await createKernelParser();
  return {
    run: async (input) => {
      readAll(parser, input);
      if (input.beside === null) return;
      const files = new Map(input.beside.map(({ path, text }) => [path, text]));
      files.set(input.path, input.text);
      JSON.stringify(await analyseSources(files, new Map(), parser));
    },
    parserBytes: () => parser.memoryBytes(),
  };
}

/** Every fact of the file: read without a throw, inside the text, and fit to be stored. */
function readAll(parser: KernelParser, { path, text }: Input): void {
  const file = parser.outline(path, text);
  let last = -1;
  for (const chunk of file.chunks) {
    if (chunk.start < last || chunk.end < chunk.start || chunk.end > text.length)
      throw new Error(`chunk out of order or outside the text: ${chunk.kind} [${chunk.start}, ${chunk.end})`);
    last = chunk.start;
    const facts = JSON.stringify(parser.facts(file, chunk));
    if (facts === undefined) throw new Error(`no facts of ${chunk.kind} [${chunk.start}, ${chunk.end})`);
  }
}
