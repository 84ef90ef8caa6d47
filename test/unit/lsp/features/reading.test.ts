import { beforeAll, describe, expect, it } from 'vitest';
import type { Hover, MarkupContent } from 'vscode-languageserver/node';
import { diagnosticsOf } from '../../../../server/src/lsp/features/diagnostics.js';
import { hoverOf } from '../../../../server/src/lsp/features/hover.js';
import { inlaysOf } from '../../../../server/src/lsp/features/inlays.js';
import { lensesOf, resolveLens } from '../../../../server/src/lsp/features/lenses.js';
import { documentSymbols } from '../../../../server/src/lsp/features/symbols.js';
import type { DocumentView } from '../../../../server/src/lsp/view.js';
import { demoRing, positionOf, viewOfFile } from '../../../support/document-view.js';

let ring: DocumentView;
beforeAll(async () => {
  ring = await viewOfFile(demoRing);
});

const everything = { start: { line: 0, character: 0 }, end: { line: 9999, character: 0 } };

function hoverText(view: DocumentView, text: string, within = 0): string {
  const hover: Hover | null = hoverOf(view, positionOf(view, text, within));
  return hover === null ? '' : (hover.contents as MarkupContent).value;
}

describe('diagnostics', () => {
  it('say each root cause once, on its place, with the way to the decision and the other places', () => {
    const [only, ...others] = diagnosticsOf(ring);
    expect(others).toEqual([]);
    expect(only?.code).toBe('secure-guest-unreadable');
    expect(only?.range.start).toEqual(positionOf(ring, 'sg_phys(sg)'));
    expect(only?.range.end).toEqual(positionOf(ring, 'sg_phys(sg)', 'sg_phys(sg)'.length));
    const told = (only?.relatedInformation ?? []).map(({ message }) => message);
    expect(told.slice(0, 3)).toEqual([
      'decided here: vq->use_dma_api = vring_use_dma_api(vdev)',
      'decided here: vring_use_dma_api()',
      'decided here: virtio_has_dma_quirk()',
    ]);
    expect(told.slice(3).every((message) => message.startsWith('the same in vring_alloc_queue()'))).toBe(
      true,
    );
    const quirk = only?.relatedInformation?.[2]?.location;
    expect(quirk?.uri.endsWith('/include/linux/virtio_config.h')).toBe(true);
    expect(quirk?.range.start.line).toBe(13);
  });

  it('leave out what the client cannot show', async () => {
    const plain = await viewOfFile(demoRing, {
      client: { relatedInformation: false, codeDescription: false },
    });
    const [only] = diagnosticsOf(plain);
    expect(only).not.toHaveProperty('relatedInformation');
    expect(only).not.toHaveProperty('codeDescription');
  });

  it('say of a function that cannot be read that it was not', async () => {
    const text = ring.positions.text.replace('if (xen_domain())', 'if (xen_domain() ) ) {{ ] ');
    const broken = await viewOfFile(demoRing, { text });
    const not = diagnosticsOf(broken).filter(({ code }) => code === 'not-analysed');
    expect(not.length).toBeGreaterThan(0);
    expect(not.every(({ severity }) => severity === 4)).toBe(true);
  });
});

describe('hover', () => {
  it('on a site: what it is, when it is reached, and what becomes of the data in each guest', () => {
    const text = hoverText(ring, 'sg_phys(sg)', 2);
    expect(text).toContain('**CPU physical address used as DMA address**');
    expect(text).toContain('Reached **when** ACCESS_PLATFORM not negotiated, and not a Xen guest');
    expect(text).toContain('written `!vq->use_dma_api`');
    expect(text).toMatch(/\| powerpc PEF \| \*\*fault\*\* \| \*\*fault\*\* \|/);
    expect(text).toMatch(/\| AMD SEV-SNP \| refused -ENODEV \| refused -ENODEV \|/);
  });

  it('on a decision function: when it is true, and no table twice', () => {
    const text = hoverText(ring, 'vring_use_dma_api(const', 3);
    expect(text).toContain('**Decision function**');
    expect(text).toContain('True **when** ACCESS_PLATFORM negotiated, or a Xen guest');
    expect(text.match(/\| guest \|/g)).toHaveLength(1);
  });

  it('on a field that keeps the decision, where it is used and where it is declared', () => {
    for (const [text, within] of [
      ['vq->use_dma_api)', 5],
      ['bool use_dma_api', 6],
    ] as const) {
      expect(hoverText(ring, text, within)).toContain(
        '**Kept decision** · `struct vring_virtqueue.use_dma_api`',
      );
    }
  });

  it('on a fact of the guest, and on a DMA call', () => {
    expect(hoverText(ring, 'xen_domain()')).toContain('**Fact of the guest** · `xen_domain`');
    expect(hoverText(ring, 'dma_alloc_coherent')).toContain('never bounced');
  });

  it('says nothing where C tools say it', () => {
    expect(hoverOf(ring, positionOf(ring, 'kzalloc'))).toBeNull();
    expect(hoverOf(ring, positionOf(ring, 'unsigned int slot'))).toBeNull();
    expect(hoverOf(ring, { line: 99999, character: 7 })).toBeNull();
  });

  it('is text without marks for clients that show none', async () => {
    const plain = await viewOfFile(demoRing, { client: { hoverMarkdown: false } });
    const hover = hoverOf(plain, positionOf(plain, 'sg_phys(sg)'));
    const { kind, value } = (hover as Hover).contents as MarkupContent;
    expect(kind).toBe('plaintext');
    expect(value).not.toMatch(/\*\*|`|\| ---|\]\(/);
    expect(value).toMatch(/^powerpc PEF {2,}fault {2,}fault$/m);
  });

  it('offers commands and documents only to clients that can follow them', async () => {
    const able = await viewOfFile(demoRing, { client: { runsCommands: true, providesContent: true } });
    const text = hoverText(able, 'sg_phys(sg)');
    expect(text).toContain('command:vringside.showMatrix?');
    expect(text).toContain('vringside:/explain/cpu_phys_to_device.md');
    expect(hoverText(ring, 'sg_phys(sg)')).not.toMatch(/command:|vringside:\//);
  });
});

describe('code lenses', () => {
  const titles = (view: DocumentView): string[] =>
    lensesOf(view).map((lens) => resolveLens(view, lens).command?.title ?? '');

  it('stand one above a function, worst first', () => {
    const lines = lensesOf(ring).map(({ range }) => range.start.line);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines).toContain(positionOf(ring, 'static bool vring_use_dma_api').line);
    expect(titles(ring)[0]).toMatch(/^\d+ faults · \d+ refused · \d+ bounced · \d+ direct$/);
  });

  it('are for decisions alone, or not there, as the user likes', async () => {
    const decisions = await viewOfFile(demoRing, { settings: { codeLens: 'decisions' } });
    expect(lensesOf(decisions)).toHaveLength(1);
    const off = await viewOfFile(demoRing, { settings: { codeLens: 'off' } });
    expect(lensesOf(off)).toEqual([]);
  });
});

describe('inlay hints', () => {
  it('stand at the end of lines where data does not arrive, within the range asked for', () => {
    const hints = inlaysOf(ring, everything);
    expect(hints.map(({ label }) => label)).toContain('fault: powerpc PEF, arm64 pKVM');
    const line = positionOf(ring, 'sg_phys(sg)').line;
    const [one] = inlaysOf(ring, { start: { line, character: 0 }, end: { line, character: 9 } });
    expect(one?.position).toEqual(positionOf(ring, 'sg_phys(sg);', 'sg_phys(sg);'.length));
    expect(inlaysOf(ring, { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } })).toEqual([]);
  });

  it('can be turned off', async () => {
    expect(inlaysOf(await viewOfFile(demoRing, { settings: { inlayHints: false } }), everything)).toEqual([]);
  });
});

describe('document symbols', () => {
  it('hold sites below their functions, each inside its parent', async () => {
    const tree = documentSymbols(await viewOfFile(demoRing, { client: { hierarchicalSymbols: true } }));
    const parent = tree.find(({ name }) => name === 'vring_map_one_sg()');
    const children = (parent as { children?: { name: string }[] } | undefined)?.children ?? [];
    expect(children.map(({ name }) => name)).toContain('sg_phys(sg)');
  });

  it('are flat for clients that know no trees', () => {
    const flat = documentSymbols(ring);
    expect(flat.every((symbol) => 'location' in symbol)).toBe(true);
    expect(flat.find(({ name }) => name === 'sg_phys(sg)')).toMatchObject({
      containerName: 'vring_map_one_sg()',
    });
  });
});
