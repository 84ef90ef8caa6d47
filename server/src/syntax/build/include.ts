/** `#include` lines. */

import { detached } from '../../text/detached.js';
import type { IncludeFacts } from '../ir.js';
import type { Chunk, SourceFile } from '../source.js';
import { conditionsWithin } from './conditions-within.js';

const INCLUDE = /^\s*#\s*include(?:_next)?\s*(?:<([^>\n]*)>|"([^"\n]*)")/;

/** None when the path is a macro: which file that is can't be told from the line. */
export function readInclude(file: SourceFile, chunk: Chunk): IncludeFacts[] {
  const { start, end } = chunk;
  const match = INCLUDE.exec(file.text.slice(start, end));
  if (!match) return [];
  const path = detached(match[1] ?? match[2] ?? '');
  const condition = conditionsWithin(file, chunk)(start);
  return [{ path, isSystem: match[1] !== undefined, condition, start, end }];
}
