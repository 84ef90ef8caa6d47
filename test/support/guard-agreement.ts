/** Whether the tool's guard says what a row of the inventory says, by the README's rules. */
import type { Guard } from '../../server/src/analysis/site.js';
import { always, both, type Condition, implies, parseCondition, termsNamed, termsOf } from './conditions.js';
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
      /** Terms of the tool's guard that neither the row nor its context speaks of. */
      readonly adds: readonly string[];
    };

/**
 * Right when the guard lies between `guard && context` and `guard` of the row, where it may add: siblings (operands of
 * the same expression), and conditions about errors, NULL and sizes.
 */
export function judgeGuard(
  row: Pick<InventoryRow, 'file' | 'guard' | 'context' | 'category' | 'feature'>,
  guard: Guard | null,
  statement: string | null,
): GuardVerdict {
  const stated = row.guard === '-' ? always : parseCondition(row.guard);
  if (stated === null) throw new Error(`the row's guard is no formula: ${row.guard}`);
  const text = guard?.resolved ?? 'true';
  if (/\bunknown\b|\bundecided\b/.test(text)) return { verdict: 'undecided', reason: text };
  const read = parseCondition(text);
  if (read === null) return { verdict: 'wrong', reason: `not a formula: ${text}`, lacks: [], adds: [] };

  const found = isBackEndWord(row) ? withoutOffered(read) : read;
  const context = contextOf(row, found);
  const known = termsOf(both(stated, context ?? always));
  const upper = implies(found, stated);
  const lower =
    context === null ? 'yes' : implies(both(stated, context), found, additions(row, found, known, statement));
  if (upper === 'too-large' || lower === 'too-large')
    return { verdict: 'undecided', reason: `too many terms to compare: ${text}` };
  if (upper === 'yes' && lower === 'yes') return { verdict: 'right' };
  return {
    verdict: 'wrong',
    reason: upper === 'yes' ? 'too strong' : lower === 'yes' ? 'too weak' : 'differs',
    lacks: [...termsOf(stated)].filter((t) => !termsOf(found).has(t)),
    adds: [...termsOf(found)].filter((t) => !known.has(t)),
  };
}

/**
 * What callers and registrations add. Null where that can't be checked: it is said in prose, or by the name of a helper
 * that the tool has looked into. The guard must then still imply the row's.
 */
function contextOf(row: Pick<InventoryRow, 'context'>, found: Condition): Condition | null {
  if (row.context === null) return always;
  const context = parseCondition(row.context.replace(/\s+\([a-z ]+\)$/, ''));
  if (context === null) return null;
  const spoken = termsOf(found);
  const isOpened = (term: string): boolean =>
    term.endsWith('()') && term !== 'xen_domain()' && !spoken.has(term);
  return [...termsOf(context)].some(isOpened) ? null : context;
}

/**
 * Back ends test bits in words of their own, which are the device's features and the driver's in turn; the rows write
 * `features & BIT(X)` as X there, whosever the word is.
 */
function isBackEndWord(row: Pick<InventoryRow, 'file' | 'guard' | 'context'>): boolean {
  const speaksOfOffers = `${row.guard} ${row.context}`.includes('offered(');
  return /^drivers\/(vdpa|vhost)\//.test(row.file) && !speaksOfOffers;
}

function withoutOffered(c: Condition): Condition {
  switch (c.kind) {
    case 'compare':
      return { ...c, term: c.term.replace(/^offered\((\w+)\)$/, '$1') };
    case 'not':
      return { ...c, of: withoutOffered(c.of) };
    case 'and':
    case 'or':
      return { ...c, parts: c.parts.map(withoutOffered) };
    case 'constant':
      return c;
  }
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
