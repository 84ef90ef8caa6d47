/** What one file looks like to the parser: its functions, and those it could not read. */
import { diskReader } from '../program/files/reader.js';
import {
  createKernelParser,
  type FunctionFacts,
  type KernelParser,
  type SourceFile,
} from '../syntax/index.js';
import { LineIndex } from '../text/line-index.js';

export interface FileHealth {
  /** Relative to the root. */
  readonly file: string;
  readonly functions: number;
  readonly unclean: readonly { readonly function: string; readonly line: number; readonly reason: string }[];
  /** Why the file could not be examined at all. */
  readonly notAnalysed?: string;
}

/** `shared` is the root folder, an item a path below it. */
export async function doctorTask(shared: unknown): Promise<(item: unknown) => FileHealth> {
  const reader = diskReader(String(shared));
  const parser = await createKernelParser();
  return (item) => {
    const file = String(item);
    const source = reader.read(file);
    if (source === null) return { file, functions: 0, unclean: [], notAnalysed: 'no such file or folder' };
    if ('notText' in source) return { file, functions: 0, unclean: [], notAnalysed: source.notText };
    return examine(parser, parser.outline(file, source.text));
  };
}

/** Each function once, by name and line, over the variants of its chunk and the arms of an `#if` around it. */
export function examine(parser: KernelParser, source: SourceFile): FileHealth {
  const lines = new LineIndex(source.text);
  const reasons = new Map<string, { function: string; line: number; reason: string | null }>();
  for (const chunk of source.chunks) {
    // No other kind of chunk can hold a function body.
    if (chunk.kind !== 'function' && chunk.kind !== 'other') continue;
    for (const facts of parser.facts(source, chunk).functions) {
      const line = lines.lineAt(facts.nameSpan.start);
      const reason = reasonOf(facts, lines, line);
      const key = `${line} ${facts.name}`;
      const known = reasons.get(key);
      reasons.set(key, { function: facts.name, line, reason: known?.reason ?? reason });
    }
  }
  const all = [...reasons.values()].sort((a, b) => a.line - b.line || (a.function < b.function ? -1 : 1));
  const unclean = all.flatMap(({ function: name, line, reason }) =>
    reason === null ? [] : [{ function: name, line, reason }],
  );
  return { file: source.path, functions: all.length, unclean };
}

/** The reason names its line unless that is the function's own. */
function reasonOf(facts: FunctionFacts, lines: LineIndex, line: number): string | null {
  if (!facts.unclean) return null;
  const at = lines.lineAt(facts.unclean.at);
  return at === line ? facts.unclean.reason : `line ${at}: ${facts.unclean.reason}`;
}
