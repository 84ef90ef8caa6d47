import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyPatches, PatchError, readPatches } from '../../../server/src/review/index.js';
import { applyTo, gitApply, gitDiff } from './support.js';

/** Few different lines, so that context is often ambiguous. */
const line = fc.constantFrom(
  '\n',
  '}\n',
  '\treturn 0;\n',
  'int a;\n',
  '\tif (x)\n',
  'a b  c\r\n',
  'é ü\n',
  '-- \n',
  '@@\n',
);
const text = fc
  .tuple(fc.array(line, { maxLength: 60 }), fc.constantFrom('', 'last', ' '))
  .map(([lines, end]) => lines.join('') + end);

/** A text, and the same with a few runs of lines replaced. */
const edited = fc
  .tuple(
    fc.array(line, { minLength: 1, maxLength: 60 }),
    fc.array(fc.tuple(fc.nat(70), fc.nat(4), fc.array(line, { maxLength: 4 })), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.boolean(),
  )
  .map(([lines, edits, hasEnd]) => {
    const now = [...lines];
    for (const [at, removed, added] of edits) now.splice(at % (now.length + 1), removed, ...added);
    const before = lines.join('');
    return [hasEnd ? before : before.slice(0, -1), now.join('')] as const;
  });

const few = { numRuns: 60 };

describe('a diff applied to its old side gives its new side', () => {
  it('for any two texts, with any context from one line on', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 5 }), (before, now, context) => {
        const diff = gitDiff(before, now, `-U${context}`);
        const { overlay } = applyTo({ 'f.c': before }, diff);
        expect(overlay.get('f.c') ?? before).toBe(now);
      }),
      few,
    );
  });

  it('and the lines it did not touch are mapped to themselves, the others are added', () => {
    fc.assert(
      fc.property(edited, ([before, now]) => {
        const { files } = applyTo({ 'f.c': before }, gitDiff(before, now));
        const image = files.get('f.c');
        if (image === undefined) {
          expect(now).toBe(before);
          return;
        }
        const old = before.split('\n');
        const lines = now.split('\n');
        const map = image.from?.lines;
        let kept = 0;
        for (let n = 1; n <= lines.length; n++) {
          const from = map?.oldLine(n) ?? null;
          if (from === null) continue;
          kept++;
          expect(old[from - 1]).toBe(lines[n - 1]);
          expect(map?.newLine(from)).toBe(n);
        }
        const added = (map?.added(lines.length) ?? []).reduce((sum, [from, to]) => sum + to - from + 1, 0);
        expect(kept + added).toBe(lines.length);
      }),
      few,
    );
  });
});

describe('git apply is the judge', () => {
  it('of a diff applied to a text that moved on: what git accepts comes out as git has it', () => {
    let accepted = 0;
    fc.assert(
      fc.property(edited, fc.array(line, { maxLength: 12 }), fc.nat(20), ([before, now], more, at) => {
        const diff = gitDiff(before, now);
        const moved = before.split(/(?<=\n)/);
        moved.splice(at % (moved.length + 1), 0, ...more);
        const theirs = gitApply(moved.join(''), diff);
        if (theirs === null || diff === '') return;
        accepted++;
        expect(applyTo({ 'f.c': moved.join('') }, diff).overlay.get('f.c') ?? moved.join('')).toBe(theirs);
      }),
      { numRuns: 150 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

it('a series is one patch after the other, and its line maps are one map', () => {
  fc.assert(
    fc.property(edited, edited, ([before, now], [, last]) => {
      const series = [gitDiff(before, now), gitDiff(now, last)]
        .map((diff, n) => mail(n + 1, diff))
        .join('\n');
      const { files, overlay } = applyPatches(readPatches(series, 's.mbox'), () => before);
      expect(overlay.get('f.c') ?? before).toBe(last);
      const map = files.get('f.c')?.from?.lines;
      last.split('\n').forEach((own, index) => {
        const from = map?.oldLine(index + 1) ?? null;
        if (from !== null) expect(before.split('\n')[from - 1]).toBe(own);
      });
    }),
    few,
  );
});

function mail(number: number, diff: string): string {
  return `From 0123 Mon Sep 17 00:00:00 2001\nSubject: [PATCH ${number}/2] x\n\ntext\n---\n${diff}-- \n2.39\n`;
}

it('a damaged series is applied or refused, and asks for no path outside the tree', () => {
  const before = Array.from({ length: 40 }, (_, n) => `line ${n}\n`).join('');
  const now = before.replace('line 7\n', 'seven\n').replace('line 30\n', '');
  const rename = 'diff --git a/f.c b/g.c\nsimilarity index 100%\nrename from f.c\nrename to g.c\n';
  const whole = [gitDiff(before, now), rename].map((diff, n) => mail(n + 1, diff)).join('\n');
  const pieces = fc.constantFrom(
    '',
    '\n',
    '../',
    '/',
    '@@',
    '--- ',
    '+++ ',
    '-',
    '+',
    ' ',
    '\\',
    '"',
    '0',
    '9',
    '\0',
    'diff --git ',
  );
  const damage = fc.array(fc.tuple(fc.nat(whole.length), fc.nat(12), pieces), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(damage, (list) => {
      let text = whole;
      for (const [at, length, piece] of list) text = text.slice(0, at) + piece + text.slice(at + length);
      const asked: string[] = [];
      try {
        applyPatches(readPatches(text, 'p'), (path) => {
          asked.push(path);
          return path === 'f.c' ? before : null;
        });
      } catch (error) {
        expect(error).toBeInstanceOf(PatchError);
      }
      for (const path of asked) expect(path).not.toMatch(/^\/|(?:^|\/)\.\.(?:\/|$)|\0|\\/);
    }),
    { numRuns: 3000 },
  );
});
