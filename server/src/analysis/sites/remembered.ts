/** Answers about a program that several detectors ask for, worked out once. */
import type { Program } from '../../program/index.js';

/** What `find` answers for `key`; `meanwhile` is the answer to a question that comes back to itself. */
export function remembered<T>(program: Program, key: string, find: () => T, meanwhile: T): T {
  return program.ledger.answer('remembered', key, find, meanwhile);
}
