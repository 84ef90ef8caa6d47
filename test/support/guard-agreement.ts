/** Whether the tool's guard says what a row of the inventory says, by the README's rules. */
import type { Guard } from '../../server/src/analysis/site.js';
import {
  always,
  both,
  type Condition,
  implies,
  parseCondition,
  termsNamed,
  termsOf,
  type Verdict,
} from './conditions.js';
import { bitOf, type InventoryRow } from './inventory-rows.js';

export type GuardVerdict =
  | { readonly verdict: 'right' }
  /** `undecided`: the tool says it does not know, or the two are too large to compare. */
  | { readonly verdict: 'undecided'; readonly reason: string }
  | {
      readonly verdict: 'wrong';
      readonly reason: string;
      /** Terms of the row that the tool's guard does not speak of. */
      readonly lacks: readonly string[];
    };

/**
 * Right when the guard lies between `guard && context` and `guard` of the row, where it may add: siblings (operands of
 * the same expression), and conditions about errors, NULL and sizes.
 */
export function judgeGuard(
  row: Pick<InventoryRow, 'guard' | 'context' | 'category' | 'feature'>,
  guard: Guard | null,
  statement: string | null,
): GuardVerdict {
  const stated = row.guard === '-' ? always : parseCondition(row.guard);
  if (stated === null) throw new Error(`the row's guard is no formula: ${row.guard}`);
  const text = guard?.resolved ?? 'true';
  if (/\bunknown\b|\bundecided\b/.test(text)) return { verdict: 'undecided', reason: text };
  const found = parseCondition(text);
  if (found === null) return { verdict: 'wrong', reason: `not a formula: ${text}`, lacks: [] };

  const context = contextOf(row);
  const known = termsOf(both(stated, context === 'words' ? always : context));
  const lacks = [...termsOf(stated)].filter((t) => !termsOf(found).has(t));
  const upper = implies(found, stated);
  const lower =
    context === 'words'
      ? 'yes'
      : implies(both(stated, context), found, additions(row, found, known, statement));
  return settle(upper, lower, text, lacks);
}

function settle(upper: Verdict, lower: Verdict, text: string, lacks: readonly string[]): GuardVerdict {
  if (upper === 'too-large' || lower === 'too-large')
    return { verdict: 'undecided', reason: `too many terms to compare: ${text}` };
  if (upper === 'yes' && lower === 'yes') return { verdict: 'right' };
  const reason = upper === 'no' ? (lower === 'no' ? 'differs' : 'too weak') : 'too strong';
  return { verdict: 'wrong', reason, lacks };
}

/** `words`: said in prose, so that how much it adds can't be checked; the guard must still imply the row's. */
function contextOf(row: Pick<InventoryRow, 'context'>): Condition | 'words' {
  if (row.context === null) return always;
  const formula = row.context.replace(/\s+\([a-z ]+\)$/, '');
  return parseCondition(formula) ?? 'words';
}

/** Terms the tool's guard may speak of although the row does not. */
function additions(
  row: Pick<InventoryRow, 'category' | 'feature'>,
  found: Condition,
  known: ReadonlySet<string>,
  statement: string | null,
): ReadonlySet<string> {
  const isOperand = operandsIn(row, statement);
  const isAllowed = (term: string): boolean =>
    !known.has(term) && (aboutErrors.test(term) || isOperand(term));
  return new Set([...termsOf(found)].filter(isAllowed));
}

const aboutErrors =
  /\bNULL\b|\bIS_ERR|\b(err|error|ret|rc|errno)\b|\bsizeof\b|^\.?(len|length|size|num|count|n)$|mapping_error|virtqueue_map_error/;

/** Whether a term is tested in the statement beside the row's own expression. */
function operandsIn(
  row: Pick<InventoryRow, 'category' | 'feature'>,
  statement: string | null,
): (term: string) => boolean {
  // A bypass site is no operand of a condition: what its statement tests is its guard.
  if (row.category !== 'feature' || statement === null) return () => false;
  const names = new Set(statement.match(identifiers) ?? []);
  const own = bitOf(row.feature);
  if (own !== null) names.delete(own);
  const terms = new Set([...names].flatMap(termsNamed));
  return (term) =>
    terms.has(term) || (term.match(identifiers) ?? []).every((name) => name === 'offered' || names.has(name));
}

const identifiers = /[A-Za-z_]\w*/g;

/** The statement around a line, comments removed: from the last `;`, `{` or `}` before it to the next after it. */
export function statementAt(source: string, line: number): string {
  const text = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
  let start = 0;
  for (let l = 1; l < line; l += 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return '';
    start = end + 1;
  }
  const lineEnd = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start);
  const ends = [...text.slice(start, lineEnd).matchAll(/[;{}]/g)].length > 0;
  const before = Math.max(...[';', '{', '}'].map((c) => text.lastIndexOf(c, start - 1)));
  const after = ends ? lineEnd : Math.min(...[';', '{', '}'].map((c) => indexOrEnd(text, c, lineEnd)));
  return text.slice(before + 1, after);
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const at = text.indexOf(wanted, from);
  return at < 0 ? text.length : at;
}
