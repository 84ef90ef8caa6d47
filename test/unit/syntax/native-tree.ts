/** The native binding of tree-sitter, an oracle for the wasm build: another build of the core, the same grammar. */
import { createRequire } from 'node:module';
import type { ParseEngine } from '../../../server/src/syntax/tree/engine.js';
import { FlatTree, IS_MISSING, IS_NAMED } from '../../../server/src/syntax/tree/flat-tree.js';
import { Field } from '../../../server/src/syntax/tree/kinds.js';

interface NativeCursor {
  readonly nodeType: string;
  readonly nodeIsNamed: boolean;
  readonly nodeIsMissing: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly currentFieldName: string | null | undefined;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}
interface NativeParser {
  setLanguage(language: unknown): void;
  parse(text: string, old: undefined, options: { bufferSize: number }): { walk(): NativeCursor };
}

/** Where the native packages are looked for: here, or beside another file (a machine whose own build lies elsewhere). */
const require = createRequire(process.env.VRINGSIDE_NATIVE_FROM ?? import.meta.url);

/** Null, with the reason, where the package's binary does not load. */
export function nativeParser(): NativeParser | string {
  try {
    const Parser = require('tree-sitter') as new () => NativeParser;
    const parser = new Parser();
    parser.setLanguage(require('tree-sitter-c'));
    return parser;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Every node in preorder as one line. */
export function nativeNodes(parser: NativeParser, text: string): string[] {
  const cursor = parser.parse(text, undefined, { bufferSize: text.length * 4 + 1024 }).walk();
  const nodes: string[] = [];
  for (;;) {
    const field = FIELDS.has(cursor.currentFieldName ?? '') ? cursor.currentFieldName : '';
    const marks = `${cursor.nodeIsNamed ? 'n' : ''}${cursor.nodeIsMissing ? 'm' : ''}`;
    nodes.push(`${cursor.nodeType} ${marks} ${cursor.startIndex} ${cursor.endIndex} ${field}`);
    if (cursor.gotoFirstChild()) continue;
    while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return nodes;
  }
}

const FIELDS = new Set(Object.keys(Field));
const FIELD_NAMES = ['', ...Object.keys(Field)];

/** The same of our tree; fields that nobody here reads count as none. */
export function ourNodes(engine: ParseEngine, text: string): string[] {
  const tree = new FlatTree();
  engine.parse(text, tree);
  return Array.from({ length: tree.count }, (_, node) => {
    const flags = tree.flags[node]!;
    const marks = `${flags & IS_NAMED ? 'n' : ''}${flags & IS_MISSING ? 'm' : ''}`;
    const type = engine.kinds.words[tree.kind[node]!];
    return `${type} ${marks} ${tree.start[node]} ${tree.end[node]} ${FIELD_NAMES[tree.field[node]!]}`;
  });
}
