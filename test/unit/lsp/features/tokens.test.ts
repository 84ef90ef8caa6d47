import fc from 'fast-check';
import { expect, it } from 'vitest';
import { editBetween, GivenTokens } from '../../../../server/src/lsp/features/navigation/tokens.js';

function applied(from: readonly number[], edit: ReturnType<typeof editBetween>): number[] {
  if (edit === null) return [...from];
  return [...from.slice(0, edit.start), ...edit.data, ...from.slice(edit.start + edit.deleteCount)];
}

it('gives the difference from any tokens to any others', () => {
  const data = fc.array(fc.nat(3), { maxLength: 30 });
  fc.assert(
    fc.property(data, data, (from, to) => {
      expect(applied(from, editBetween(from, to))).toEqual(to);
    }),
  );
});

it('gives the whole to a client that has another state than the last', () => {
  const given = new GivenTokens();
  const first = given.full('a', [0, 1, 2, 0, 1]);
  const next = given.delta('a', [0, 1, 2, 0, 2], first.resultId ?? '');
  expect(next).toMatchObject({ edits: [{ start: 4, deleteCount: 1, data: [2] }] });
  expect(given.delta('a', [0, 1, 2, 0, 2], first.resultId ?? '')).toMatchObject({ data: [0, 1, 2, 0, 2] });
  given.forget('a');
  expect(given.delta('a', [0, 1, 2, 0, 2], next.resultId ?? '')).toHaveProperty('data');
});
