/**
 * Makes chunks readable to a C parser.
 *
 * `prepare` gives one text for each way through the `#if` groups of a chunk, such that every arm is in some text as
 * real code. Each text is as long as the chunk, line for line; offset p of it is offset `base + p - prefixLength` of
 * the file. Two things may stand around it: a type before a function's head that has none (`prefixLength` characters),
 * and a `;` behind a macro invocation that has none.
 *
 * How things are shown, beyond what `RewriteKind` says:
 * - `typeof(x)` is shown as `int` and blanks, so that what follows parses as it does after any type.
 * - `&&label` is shown as ` &label`, `case a ... b` as `case a | b`, `goto *p` as `*p`: `notation` at the operator.
 * - `DEFINE_PER_CPU(type, name) = v` is shown as `type name = v`; `NAME(x) = { }` as `NAME x = { }`;
 *   `struct_group(name, fields;)` in a record as `struct { fields; }`; each is a `definition-macro` over the call.
 * - Where a `;` is missing and no blank can hold it, the last word is shown one letter shorter: `LAST\n}` as `LAS;`,
 *   a label `out:\n}` as `ou:;`. The `semicolon` rewrite then spans the whole word, which is what was written.
 * - `do {...} while_each(x);` is shown as `do {...} while (x);`: `loop-macro` at the name.
 * - Statements as arguments: `{...}` where two blanks allow, else expressions; `return x` as `x`, `goto y` as one name.
 * - Strings joined by macro calls, `"a" NAME(x) "b"`, show the call as one name: `notation`.
 * - `A(x) B(y)` in an expression is shown as `A(x)+B(y)`, `64 KB` as `64*KB`: `notation` at the operator.
 * - `SYSCALL_DEFINE2(f, int, a, int, b) {` is shown as `int SYSCALL_DEFINE2(int a, int b) {`, `int ` being the prefix.
 */

import { chooseArms, type Selection } from './arms.js';
import { and } from './conditions.js';
import { dropAnnotations } from './dialect/annotations.js';
import { Dialect } from './dialect/context.js';
import { fileLevel } from './dialect/definitions.js';
import { Draft } from './dialect/draft.js';
import { TokenList, View } from './dialect/view.js';
import type { PpCondition } from './ir.js';
import { TokenKind } from './lexer.js';
import type { Chunk, Rewrite, SourceFile } from './source.js';

export { type MacroCandidate, prepareMacro } from './macro-variants.js';

export interface PreparedVariant {
  /** What the `#if` groups inside must say for this text; null when there is one text for all. */
  readonly when: PpCondition | null;
  /** What to parse: a prefix, then the chunk's text rewritten in place. */
  readonly text: string;
  /** Offset in the file of the first character behind the prefix. */
  readonly base: number;
  readonly prefixLength: number;
  /** In offsets of the file, sorted by start. */
  readonly rewrites: readonly Rewrite[];
}

const TYPE_PREFIX = 'int ';

/** The texts to parse for a chunk of any kind but `macro` and `include`; at least one. */
export function prepare(file: SourceFile, chunk: Chunk): readonly PreparedVariant[] {
  const selections = chooseArms(file, chunk);
  const isOnly = selections.length === 1;
  return selections.map((selection) => {
    const variant = prepareSelection(file, chunk, selection);
    return isOnly ? variant : { ...variant, when: and(selection.conditions) };
  });
}

function prepareSelection(file: SourceFile, chunk: Chunk, selection: Selection): PreparedVariant {
  const draft = new Draft(file.text, chunk.start, chunk.end);
  const chosen = chooseTokens(file, chunk, selection, draft);
  fileLevel(new Dialect(new View(file.text, dropAnnotations(file.text, chosen, draft)), draft));
  const prefix = draft.needsType ? TYPE_PREFIX : '';
  return {
    when: null,
    text: prefix + draft.text() + (draft.needsSemicolon ? ';' : ''),
    base: chunk.start,
    prefixLength: prefix.length,
    rewrites: draft.sorted(),
  };
}

/** The C tokens of the chosen arms; everything else in the chunk becomes white space. */
function chooseTokens(file: SourceFile, chunk: Chunk, selection: Selection, draft: Draft): TokenList {
  const { kinds, starts, ends } = file.tokens;
  const chosen = new TokenList();
  let nextExclusion = 0;
  const clear = (from: number, to: number): void => {
    draft.clear(Math.max(from, chunk.start), Math.min(to, chunk.end));
  };
  for (let at = chunk.firstToken; at < chunk.endToken; at++) {
    let exclusion = selection.excluded[nextExclusion];
    while (exclusion !== undefined && exclusion.endToken <= at)
      exclusion = selection.excluded[++nextExclusion];
    if (exclusion !== undefined && exclusion.firstToken <= at) {
      clear(exclusion.start, exclusion.end);
      at = exclusion.endToken - 1;
      continue;
    }
    const kind = kinds[at] as number;
    if (kind === TokenKind.comment) {
      clear(starts[at] as number, ends[at] as number);
    } else if (kind === TokenKind.directive) {
      const from = starts[at] as number;
      while (at < chunk.endToken && kinds[at] !== TokenKind.directiveEnd) at++;
      clear(from, ends[Math.min(at, chunk.endToken - 1)] as number);
    } else {
      chosen.push(kind, starts[at] as number, ends[at] as number);
    }
  }
  return chosen;
}
