import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver/node';
import { clientOf } from '../../../../server/src/lsp/client.js';
import { patchDiagnostics } from '../../../../server/src/lsp/features/patch-diagnostics.js';
import { Positions } from '../../../../server/src/lsp/positions.js';
import { PatchError } from '../../../../server/src/review/index.js';
import { openPatchSession, type PatchSession } from '../../../../server/src/session/patches.js';
import { demoRing, demoRoot } from '../../../support/document-view.js';
import { gitDiff } from '../../review/support.js';

let session: PatchSession;
beforeAll(async () => {
  session = await openPatchSession({ root: demoRoot, cacheDir: null, rules: new Map() });
});

const before = readFileSync(join(demoRoot, demoRing), 'utf8');
const client = clientOf({ capabilities: {}, processId: null, rootUri: null });

function diffTo(after: string): string {
  return gitDiff(before, after).replaceAll(/\b([ab])\/f\.c/g, `$1/${demoRing}`);
}

async function said(text: string, texts: ReadonlyMap<string, string> = new Map()): Promise<Diagnostic[]> {
  const view = { positions: Positions.of(text, 'utf-16'), client };
  try {
    const review = await session.review({ name: 'p.patch', text }, texts);
    if (review === null) throw new Error('no review');
    return patchDiagnostics({ ...view, state: { version: 1, root: demoRoot, review } });
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return patchDiagnostics({ ...view, state: { version: 1, root: demoRoot, refused: error } });
  }
}

/** The text a diagnostic stands on. */
function marked(text: string, { range }: Diagnostic): string {
  return (
    Positions.of(text, 'utf-16')
      .text.split('\n')
      [range.start.line]?.slice(range.start.character, range.end.character) ?? ''
  );
}

const bypass = before.replace(
  '*addr = dma_map_page(vq->vq.vdev->dev.parent, sg_page(sg), sg->offset, sg->length, dir);',
  '*addr = (dma_addr_t)sg_phys(sg);',
);

it('what a patch brings stands on the line that brings it, without the mark', async () => {
  const patch = diffTo(bypass);
  const found = await said(patch);
  const warning = found.find(({ severity }) => severity === DiagnosticSeverity.Warning);
  expect(warning).toBeDefined();
  if (warning !== undefined) expect(marked(patch, warning)).toBe('sg_phys(sg)');
});

it('what it brings to a line it left alone stands on its nearest change, and names the line', async () => {
  const patch = diffTo(before.replace('if (!virtio_has_dma_quirk(vdev))', 'if (0)'));
  const [only] = (await said(patch)).filter(({ severity }) => severity !== DiagnosticSeverity.Hint);
  expect(only?.message).toMatch(/^drivers\/virtio\/virtio_ring\.c:\d+: /);
  if (only !== undefined) expect(marked(patch, only)).toBe('if (0)');
});

it('what it fixes stands on the line it removes, as a hint', async () => {
  const fixed = before
    .replace(/\tif \(!vq->use_dma_api\) \{\n\t\t\*addr[^}]*\}\n\n/, '')
    .replace(/if \(vring_use_dma_api\(vdev\)\)\n\t\treturn dma/, 'return dma');
  const patch = diffTo(fixed);
  const hints = (await said(patch)).filter(({ message }) =>
    String(message).startsWith('fixed by this patch'),
  );
  expect(hints).toHaveLength(1);
  expect(hints[0]?.severity).toBe(DiagnosticSeverity.Hint);
  if (hints[0] !== undefined) expect(marked(patch, hints[0])).toContain('sg_phys(sg)');
});

it('a patch without effect says nothing, whatever was wrong before', async () => {
  expect(await said(diffTo(before.replace('/* The heart', '/* At the heart')))).toEqual([]);
});

it('a patch that does not apply says why, where', async () => {
  const patch = diffTo(bypass)
    .replace('if (!vq->use_dma_api)', 'if (!vq->use_what)')
    .replaceAll(/^ .*\n/gm, ' never\n');
  const [only] = await said(patch);
  expect(only?.severity).toBe(DiagnosticSeverity.Error);
  expect(only?.code).toBe('patch-does-not-apply');
  expect(only?.message).toMatch(/hunk 1 does not apply to drivers\/virtio\/virtio_ring\.c/);
  if (only !== undefined) expect(marked(patch, only)).toMatch(/^@@/);
});

it('never leads out of the tree', async () => {
  const patch = diffTo(bypass).replaceAll(demoRing, '../../../etc/passwd');
  const [only] = await said(patch);
  expect(only?.message).toMatch(/refused/);
});

it('is applied to the text under edit, not to the file on disk', async () => {
  const edited = before.replace('/* A Xen guest', '/* Any Xen guest');
  const patch = gitDiff(edited, edited.replace('/* Any Xen guest', '/* Every Xen guest')).replaceAll(
    /\b([ab])\/f\.c/g,
    `$1/${demoRing}`,
  );
  expect(await said(patch, new Map([[demoRing, edited]]))).toEqual([]);
  expect((await said(patch))[0]?.code).toBe('patch-does-not-apply');
});
