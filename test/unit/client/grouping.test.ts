import { describe, expect, it } from 'vitest';
import { groupSites } from '../../../client/src/sites/grouping.js';
import type { FileSites, SiteItem } from '../../../server/src/lsp/protocol.js';

function site(id: string, more: Partial<SiteItem>): SiteItem {
  const at = { line: 0, character: 0 };
  return {
    id,
    location: { uri: 'file:///x', range: { start: at, end: at } },
    function: 'f',
    category: 'bypass',
    kind: 'k',
    title: 'a kind',
    expression: 'e',
    feature: null,
    when: null,
    outcomes: [],
    worst: null,
    ...more,
  };
}

const files: readonly FileSites[] = [
  {
    uri: 'file:///t/a.c',
    file: 'drivers/a.c',
    sites: [
      site('1', { worst: 'bounced', kind: 'z', title: 'zeta' }),
      site('2', { worst: 'fault', kind: 'a', title: 'alpha' }),
    ],
  },
  {
    uri: 'file:///t/b.c',
    file: 'drivers/b.c',
    sites: [
      site('3', { kind: 'z', title: 'zeta' }),
      site('4', { worst: 'ciphertext', kind: 'z', title: 'zeta' }),
    ],
  },
];

const shape = (grouping: Parameters<typeof groupSites>[1]): readonly (readonly unknown[])[] =>
  groupSites(files, grouping).map(({ title, worst, sites }) => [title, worst, sites.map((s) => s.site.id)]);

describe('sites in groups', () => {
  it('by file, in the order of the files, each with the worst that happens in it', () => {
    expect(shape('file')).toEqual([
      ['drivers/a.c', 'fault', ['1', '2']],
      ['drivers/b.c', 'ciphertext', ['3', '4']],
    ]);
  });

  it('by outcome, the worst first, what is not run last', () => {
    expect(shape('outcome')).toEqual([
      ['ciphertext', 'ciphertext', ['4']],
      ['fault', 'fault', ['2']],
      ['bounced', 'bounced', ['1']],
      ['not run', null, ['3']],
    ]);
  });

  it('by kind, across files, by its words', () => {
    expect(shape('kind')).toEqual([
      ['alpha', 'fault', ['2']],
      ['zeta', 'ciphertext', ['1', '3', '4']],
    ]);
  });

  it('knows the file of each site in any grouping', () => {
    const [worst] = groupSites(files, 'outcome');
    expect(worst?.sites[0]).toMatchObject({ uri: 'file:///t/b.c', file: 'drivers/b.c' });
  });
});
