import { siteKind, siteKinds } from '@vringside/grammars/site-kinds';
import { expect, it } from 'vitest';

it('names each kind once, as an identifier', () => {
  const ids = siteKinds.map((kind) => kind.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(_[a-z]+)*$/);
});

it('finds a kind by its id and none by another word', () => {
  expect(siteKind('ring_pfn_write')?.category).toBe('bypass');
  expect(siteKind('mask_case')?.category).toBe('feature');
  expect(siteKind('RING_PFN_WRITE')).toBeNull();
});

it('writes sentences as sentences and titles as titles', () => {
  for (const kind of siteKinds) {
    for (const sentence of [kind.meaning, kind.matters, kind.advice])
      expect(sentence, kind.id).toMatch(/^(?:[A-Z]|vhost |`).*\.$/);
    expect(kind.title, kind.id).not.toMatch(/\.$/);
    expect(kind.title.length, kind.id).toBeLessThanOrEqual(60);
  }
});
