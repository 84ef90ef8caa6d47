import { beforeAll, describe, expect, it } from 'vitest';
import type { LocationLink, Range } from 'vscode-languageserver/node';
import { callItemsAt, incomingOf, outgoingOf } from '../../../../server/src/lsp/features/navigation/calls.js';
import { documentLinksOf } from '../../../../server/src/lsp/features/navigation/links.js';
import { definitionOf, referencesOf } from '../../../../server/src/lsp/features/navigation/places.js';
import { tokenLegend, tokensOf } from '../../../../server/src/lsp/features/navigation/tokens.js';
import { defaultSettings } from '../../../../server/src/lsp/settings.js';
import type { DocumentView } from '../../../../server/src/lsp/view.js';
import { demoRing, positionOf, viewOfFile } from '../../../support/document-view.js';

let ring: DocumentView;
beforeAll(async () => {
  ring = await viewOfFile(demoRing);
});

function isInside(inner: Range, outer: Range): boolean {
  const isBefore = (a: Range['start'], b: Range['start']): boolean =>
    a.line < b.line || (a.line === b.line && a.character <= b.character);
  return isBefore(outer.start, inner.start) && isBefore(inner.end, outer.end);
}

describe('definition', () => {
  it('is a link with the whole definition and its name, where the client can', async () => {
    const linked = await viewOfFile(demoRing, { client: { locationLinks: true } });
    const [link] = definitionOf(linked, positionOf(linked, 'virtio_has_dma_quirk', 3)) as LocationLink[];
    expect(link?.targetUri.endsWith('/include/linux/virtio_config.h')).toBe(true);
    expect(link?.originSelectionRange?.start).toEqual(positionOf(linked, 'virtio_has_dma_quirk'));
    expect(link !== undefined && isInside(link.targetSelectionRange, link.targetRange)).toBe(true);
  });

  it('is a plain place elsewhere, and nothing for a local', () => {
    const plain = { ...ring, client: { ...ring.client, locationLinks: false } };
    const [place] = definitionOf(plain, positionOf(plain, 'virtio_has_dma_quirk')) ?? [];
    expect(Object.keys(place ?? {}).sort()).toEqual(['range', 'uri']);
    expect(definitionOf(plain, positionOf(plain, 'queue = alloc_pages'))).toBeNull();
  });
});

it('references stand in the open file and in files that are not open', () => {
  const found = referencesOf(ring, positionOf(ring, 'virtio_has_dma_quirk'), true) ?? [];
  const files = new Set(found.map(({ uri }) => uri.slice(uri.lastIndexOf('/') + 1)));
  expect([...files].sort()).toEqual(['virtio_config.h', 'virtio_ring.c']);
});

it('a call hierarchy goes on from what the client gives back', () => {
  const [site] = callItemsAt(ring, positionOf(ring, 'sg_phys(sg)')) ?? [];
  const [around, ...deciding] = incomingOf(ring, JSON.parse(JSON.stringify(site)));
  expect(around?.from.name).toBe('vring_map_one_sg()');
  expect(deciding.map(({ from }) => from.name)).toContain('vring_use_dma_api()');
  const quirk = deciding.find(({ from }) => from.name === 'virtio_has_dma_quirk()')?.from;
  expect(quirk?.uri.endsWith('/include/linux/virtio_config.h')).toBe(true);
  const callers = incomingOf(ring, JSON.parse(JSON.stringify(quirk))).map(({ from }) => from.name);
  expect(callers).toContain('vring_use_dma_api()');
  const calls = outgoingOf(ring, JSON.parse(JSON.stringify(around?.from)));
  expect(calls.map(({ to }) => to.name)).toContain('dma_map_page()');
});

it('tokens are told in the client’s order of things, and not when they are off', () => {
  const data = tokensOf(ring, null);
  const lines = ring.positions.text.split('\n');
  let line = 0;
  let character = 0;
  const words: string[] = [];
  for (let at = 0; at < data.length; at += 5) {
    const [down = 0, right = 0, length = 0, type = 0, modifiers = 0] = data.slice(at, at + 5);
    line += down;
    character = down === 0 ? character + right : right;
    const word = lines[line]?.slice(character, character + length);
    const kinds = tokenLegend.tokenModifiers.filter((_, bit) => (modifiers & (1 << bit)) !== 0);
    words.push(`${word} ${tokenLegend.tokenTypes[type]} ${kinds.join()}`);
  }
  expect(words).toContain('addr parameter physicalAddress');
  expect(tokensOf({ ...ring, settings: { ...defaultSettings, semanticTokens: false } }, null)).toEqual([]);
});

it('links have a tooltip where the client shows one', () => {
  const has = { ...ring, client: { ...ring.client, linkTooltips: true } };
  const lacks = { ...ring, client: { ...ring.client, linkTooltips: false } };
  expect(documentLinksOf(has).map(({ tooltip }) => tooltip)).toContain('include/linux/virtio_config.h');
  expect(documentLinksOf(lacks).some((link) => 'tooltip' in link)).toBe(false);
});

it('every place of a file has an answer, and every name lies in what it names', () => {
  const linked = { ...ring, client: { ...ring.client, locationLinks: true } };
  const names = new Set<string>();
  for (let offset = 0; offset <= ring.positions.text.length; offset += 3) {
    const position = ring.positions.atOffset(ring.positions.lines.fromText(offset));
    for (const link of (definitionOf(linked, position) ?? []) as LocationLink[]) {
      expect(isInside(link.targetSelectionRange, link.targetRange)).toBe(true);
    }
    referencesOf(ring, position, true);
    for (const item of callItemsAt(ring, position) ?? []) {
      expect(isInside(item.selectionRange, item.range)).toBe(true);
      if (names.has(item.name)) continue;
      names.add(item.name);
      const around = [
        ...incomingOf(ring, item).map(({ from }) => from),
        ...outgoingOf(ring, item).map(({ to }) => to),
      ];
      for (const one of around) expect(isInside(one.selectionRange, one.range)).toBe(true);
    }
  }
  expect(names.size).toBeGreaterThan(5);
});
