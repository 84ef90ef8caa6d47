/** The slow, public way to the arrays of a FlatTree: one call into wasm for every node and property. */
import type { Tree } from 'web-tree-sitter';
import { type FlatTree, IS_ERROR, IS_EXTRA, IS_MISSING, IS_NAMED } from './flat-tree.js';
import { fieldNumber, type KindTable } from './kinds.js';

export function readWithCursor(tree: Tree, text: string, kinds: KindTable, out: FlatTree): void {
  out.reset(text);
  const cursor = tree.walk();
  const open: number[] = [];
  try {
    for (;;) {
      const type = cursor.nodeType;
      const isNamed = cursor.nodeIsNamed;
      const flags =
        (isNamed ? IS_NAMED : 0) |
        (type === 'ERROR' ? IS_ERROR : 0) |
        (cursor.nodeIsMissing ? IS_MISSING : 0) |
        (cursor.currentNode.isExtra ? IS_EXTRA : 0);
      const field = fieldNumber(cursor.currentFieldName);
      const index = out.push(kinds.number(type, isNamed), field, flags, cursor.startIndex, cursor.endIndex);
      if (cursor.gotoFirstChild()) {
        open.push(index);
        continue;
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return;
        out.after[open.pop() ?? 0] = out.count;
      }
    }
  } finally {
    cursor.delete();
  }
}
