/** Answers about a program that several detectors ask for, worked out once. */
import type { Program } from '../../program/index.js';

const memos = new WeakMap<Program, Map<string, unknown>>();

/** What `find` answers for `key`; `meanwhile` is the answer to a question that comes back to itself. */
export function remembered<T>(program: Program, key: string, find: () => T, meanwhile: T): T {
  const memo = memos.get(program) ?? new Map<string, unknown>();
  memos.set(program, memo);
  if (memo.has(key)) return memo.get(key) as T;
  memo.set(key, meanwhile);
  const found = find();
  memo.set(key, found);
  return found;
}
