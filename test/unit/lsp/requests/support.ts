/** A view of the demo tree, as the server has one of an open driver. */
import { join } from 'node:path';
import type { RequestView } from '../../../../server/src/lsp/requests/index.js';
import { openSession } from '../../../../server/src/session/index.js';
import { checkoutRoot } from '../../../support/tracked-files.js';

export const ringFile = 'drivers/virtio/virtio_ring.c';

export async function demoView(files: readonly string[] = [ringFile]): Promise<RequestView> {
  const root = join(checkoutRoot, 'fixtures/demo');
  const session = await openSession({ root, cacheDir: null, rules: new Map() });
  const view = await session.view(files);
  if (view === null) throw new Error('no view of the demo tree');
  return {
    ...view,
    location: (file, { start, end }) => ({
      uri: `file:///demo/${file}`,
      range: {
        start: { line: start.line - 1, character: start.column - 1 },
        end: { line: end.line - 1, character: end.column - 1 },
      },
    }),
  };
}

/** The offset of a text in a file of the view. */
export function offsetOf(view: RequestView, file: string, text: string): number {
  const source = view.program.source(file);
  const at = source?.text.indexOf(text) ?? -1;
  if (at < 0) throw new Error(`no "${text}" in ${file}`);
  return at;
}
