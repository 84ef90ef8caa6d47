import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PatchPlaces, readPatches } from '../../../server/src/review/index.js';
import { gitDiff } from './support.js';

const file = (text: string) => (path: string) => (path === 'f.c' ? text : null);

function placesOf(before: string, patch: string): PatchPlaces {
  return PatchPlaces.of(readPatches(patch, 'p.diff'), file(before));
}

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'int x;', '}', ''), { maxLength: 30 });
const text = lines.map((list) => list.map((line) => `${line}\n`).join(''));

it('names the added line of the patch for each line that was added, and only for those', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const patch = gitDiff(before, after).replace(/^(---|\+\+\+) ([ab])\/f\.c$/gm, '$1 $2/f.c');
      fc.pre(patch.includes('@@'));
      const places = placesOf(before, patch);
      const inPatch = patch.split('\n');
      const said: number[] = [];
      after.split('\n').forEach((line, index) => {
        const place = places.added('f.c', index + 1);
        if (place === null) return;
        said.push(place);
        expect(inPatch[place - 1]).toBe(`+${line}`);
      });
      const plus = inPatch.flatMap((line, index) => (/^\+(?!\+\+ )/.test(line) ? [index + 1] : []));
      expect(said).toEqual(plus);
    }),
    { numRuns: 60 },
  );
});

const base = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', ''].join('\n');
const series = `From: a@example.org
Subject: [PATCH 1/2] first

--- a/f.c
+++ b/f.c
@@ -1,4 +1,5 @@
 one
 two
+first's
 three
 four
`;

it('follows a line through the later patches of a series', () => {
  const mbox = `From 0123456789 Mon Sep 17 00:00:00 2001
${series}
From 0123456789 Mon Sep 17 00:00:00 2001
From: a@example.org
Subject: [PATCH 2/2] second

--- a/f.c
+++ b/f.c
@@ -1,2 +1,1 @@
-one
 two
`;
  const places = placesOf(base, mbox);
  const row = mbox.split('\n').indexOf("+first's") + 1;
  expect(places.added('f.c', 2)).toBe(row);
  expect(places.added('f.c', 3)).toBeNull();
  expect(places.removed('f.c', 1)).toBe(mbox.split('\n').indexOf('-one') + 1);
  expect(places.near('f.c', 9)).toBe(row);
});

it('names the nearest change for a line the patch left alone', () => {
  const patch = `--- a/f.c
+++ b/f.c
@@ -1,3 +1,3 @@
-one
+eins
 two
 three
@@ -8,3 +8,2 @@
 eight
-nine
 ten
`;
  const places = placesOf(base, patch);
  expect(places.near('f.c', 3)).toBe(5);
  expect(places.near('other.c', 3)).toBeNull();
  expect(
    placesOf(base, patch.split('\n').slice(0, 2).concat(patch.split('\n').slice(7)).join('\n')).near(
      'f.c',
      2,
    ),
  ).toBe(5);
});

it('has a first line where there is no diff at all', () => {
  expect(placesOf(base, 'no diff here\n').firstLine).toBe(1);
});
