import { expect, it } from 'vitest';
import { createEngine } from '../../../server/src/syntax/tree/engine.js';
import { nativeNodes, nativeParser, ourNodes } from './native-tree.js';
import { snippets } from './snippets.js';

it('sees the tree that the native binding of the same grammar sees', async (context) => {
  const native = nativeParser();
  if (typeof native === 'string') {
    process.stderr.write(`\n*** SKIPPED: the native tree-sitter does not load here (${native})\n\n`);
    context.skip();
    return;
  }
  const engine = await createEngine();
  for (const text of snippets) expect(ourNodes(engine, text)).toEqual(nativeNodes(native, text));
});
