/** Types of numbers as written: how many bits they hold, and whether one is the sign. */
import { typeWidths } from '@vringside/grammars/known-constants';
import { entry } from '../running/tables.js';

export interface NumberType {
  readonly bits: number;
  readonly isSigned: boolean;
}

/** Null for a name that is none of C's own and of the kernel's. */
export function numberType(base: string): NumberType | null {
  const named = entry(typeWidths, base);
  if (named !== undefined) return named;
  return spelledOut(base.split(/\s+/));
}

const basicWord = /^(?:signed|unsigned|int|long|short|char|const|volatile)$/;

/** `long unsigned int`: the words of a basic type come in any order. C 2018, 6.7.2. */
function spelledOut(words: readonly string[]): NumberType | null {
  if (!words.every((word) => basicWord.test(word))) return null;
  const isSigned = !words.includes('unsigned');
  if (words.includes('char')) return { bits: 8, isSigned };
  if (words.includes('short')) return { bits: 16, isSigned };
  return { bits: words.includes('long') ? 64 : 32, isSigned };
}
