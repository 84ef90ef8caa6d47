import { expect, it } from 'vitest';
import { findWord } from '../../../server/src/text/find-word.js';

it.each([
  ['finds a word', 'int vq(vq);', 'vq', 0, 4],
  ['from a place on', 'int vq(vq);', 'vq', 5, 7],
  ['not within another', 'vqs _vq vq$ vq', 'vq', 0, 12],
  ['at both ends', 'vq', 'vq', 0, 0],
  ['nowhere', 'vqs', 'vq', 0, -1],
  ['no word at all', 'vqs', '', 0, -1],
])('%s', (_, text, word, from, at) => {
  expect(findWord(text, word, from)).toBe(at);
});

it('takes a word of any length', () => {
  const word = 'static'.repeat(20_000);
  expect(findWord(`f(${word})`, word)).toBe(2);
});
