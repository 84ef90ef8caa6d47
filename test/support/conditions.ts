/**
 * Conditions as the inventory and reports write them (`!VIRTIO_F_ACCESS_PLATFORM && !xen_domain()`), read into terms
 * with values and compared by exhausting the values. This judges the analysis, so it shares no code with it.
 */
import { type Expression, parseExpression } from './expressions.js';

/** A Boolean function of terms. A term is an integer of unknown value; a plain fact is a term compared with zero. */
export type Condition =
  | { readonly kind: 'constant'; readonly value: boolean }
  | {
      readonly kind: 'compare';
      readonly term: string;
      readonly op: '==' | '<' | '<=';
      readonly value: number;
    }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] };

export const always: Condition = { kind: 'constant', value: true };
const never: Condition = { kind: 'constant', value: false };

export function both(...parts: readonly Condition[]): Condition {
  return { kind: 'and', parts };
}

export function either(...parts: readonly Condition[]): Condition {
  return { kind: 'or', parts };
}

export function negated(of: Condition): Condition {
  return { kind: 'not', of };
}

export function fact(term: string): Condition {
  return negated({ kind: 'compare', term, op: '==', value: 0 });
}

/** Null when the text is no condition but words. */
export function parseCondition(text: string): Condition | null {
  const expression = parseExpression(text);
  return expression === null ? null : truthOf(expression);
}

/* ---- what names mean the same -------------------------------------------------------------------------------- */

const accessPlatform = fact('VIRTIO_F_ACCESS_PLATFORM');
const usesDmaApi = either(accessPlatform, fact('xen_domain()'));

/** Fields and functions that stand for a condition over facts: the README's equivalences. */
const equivalents: ReadonlyMap<string, Condition> = new Map([
  ['packed_ring', fact('VIRTIO_F_RING_PACKED')],
  ['use_dma_api', usesDmaApi],
  ['use_map_api', usesDmaApi],
  ['do_unmap', both(usesDmaApi, negated(fact('.premapped')))],
  ['indirect', fact('VIRTIO_RING_F_INDIRECT_DESC')],
  ['has_cvq', fact('VIRTIO_NET_F_CTRL_VQ')],
  ['vring_use_dma_api', usesDmaApi],
  ['vring_use_map_api', usesDmaApi],
  ['virtio_has_dma_quirk', negated(accessPlatform)],
  ['virtio_has_iommu_quirk', negated(accessPlatform)],
]);

const bitTests: ReadonlySet<string> = new Set([
  'virtio_has_feature',
  '__virtio_test_bit',
  'virtio_features_test_bit',
  'vhost_has_feature',
  'vhost_backend_has_feature',
  'negotiated',
]);

const configTests: ReadonlySet<string> = new Set(['IS_ENABLED', 'IS_BUILTIN', 'IS_REACHABLE', 'defined']);
const transparent: ReadonlySet<string> = new Set([
  'likely',
  'unlikely',
  'READ_ONCE',
  'WARN_ON',
  'WARN_ON_ONCE',
]);
const bitMakers: ReadonlySet<string> = new Set(['BIT', 'BIT_ULL', 'BIT_MASK', '_BITUL', '_BITULL']);

/** Terms the identifier `name` in a source text stands for. */
export function termsNamed(name: string): readonly string[] {
  const same = equivalents.get(name);
  if (same !== undefined) return [...termsOf(same)];
  return [canonicalName(name), `.${name}`, `${name}()`];
}

function canonicalName(name: string): string {
  return name === 'VIRTIO_F_IOMMU_PLATFORM' ? 'VIRTIO_F_ACCESS_PLATFORM' : name;
}

function isConstantName(e: Expression | undefined): e is { kind: 'name'; name: string } {
  return e?.kind === 'name' && /^_*[A-Z][A-Z0-9_]*$/.test(e.name);
}

/* ---- expression to condition ---------------------------------------------------------------------------------- */

function truthOf(e: Expression): Condition {
  switch (e.kind) {
    case 'number':
      return e.value === 0 ? never : always;
    case 'name':
      if (e.name === 'true') return always;
      if (e.name === 'false' || e.name === 'NULL') return never;
      return equivalents.get(e.name) ?? fact(termOf(e));
    case 'call':
      return truthOfCall(e.name, e.args) ?? fact(termOf(e));
    case 'member':
      return equivalents.get(e.field) ?? fact(termOf(e));
    case 'index':
      return fact(termOf(e));
    case 'unary':
      return e.op === '!' ? negated(truthOf(e.operand)) : fact(termOf(e));
    case 'binary':
      return truthOfBinary(e.op, e.left, e.right);
  }
}

function truthOfCall(name: string, args: readonly Expression[]): Condition | null {
  const same = equivalents.get(name);
  if (same !== undefined) return same;
  const first = args[0];
  const last = args.at(-1);
  if (transparent.has(name) && first !== undefined) return truthOf(first);
  if (configTests.has(name) && isConstantName(first)) return fact(first.name);
  if (bitTests.has(name) && isConstantName(last)) return fact(canonicalName(last.name));
  return null;
}

function truthOfBinary(op: string, left: Expression, right: Expression): Condition {
  switch (op) {
    case '&&':
      return both(truthOf(left), truthOf(right));
    case '||':
      return either(truthOf(left), truthOf(right));
    case '&':
      return fact(
        maskedBit(left, right) ?? maskedBit(right, left) ?? termOf({ kind: 'binary', op, left, right }),
      );
    case '!=':
      return negated(truthOfBinary('==', left, right));
    case '>=':
      return negated(truthOfBinary('<', left, right));
    case '>':
      return negated(truthOfBinary('<=', left, right));
    case '==':
    case '<':
    case '<=':
      return comparison(op, left, right);
    default:
      return fact(termOf({ kind: 'binary', op, left, right }));
  }
}

function comparison(op: '==' | '<' | '<=', left: Expression, right: Expression): Condition {
  const value = numberOf(right);
  if (value !== null) {
    if (op === '==' && value === 0) return negated(truthOf(left));
    return { kind: 'compare', term: termOf(left), op, value };
  }
  if (op === '==' && right.kind === 'name') {
    if (right.name === 'NULL' || right.name === 'false') return negated(truthOf(left));
    if (right.name === 'true') return truthOf(left);
  }
  if (numberOf(left) !== null) {
    if (op === '==') return comparison('==', right, left);
    return negated(comparison(op === '<' ? '<=' : '<', right, left));
  }
  return fact(`${termOf(left)} ${op} ${termOf(right)}`);
}

function numberOf(e: Expression): number | null {
  if (e.kind === 'number') return e.value;
  if (e.kind === 'unary' && e.op === '-' && e.operand.kind === 'number') return -e.operand.value;
  return null;
}

/** `word & BIT_ULL(X)`, `word & (1ULL << X)`, `word & X`: the bit's name, whatever the word. */
function maskedBit(mask: Expression, word: Expression): string | null {
  if (word.kind === 'binary' || word.kind === 'number') return null;
  const bit =
    mask.kind === 'call' && bitMakers.has(mask.name)
      ? mask.args[0]
      : mask.kind === 'binary' && mask.op === '<<' && numberOf(mask.left) === 1
        ? mask.right
        : mask;
  return isConstantName(bit) ? canonicalName(bit.name) : null;
}

/** One text for all spellings of a term: a field by its own name whatever the object, a call by its name and constants. */
function termOf(e: Expression): string {
  switch (e.kind) {
    case 'name':
      return canonicalName(e.name);
    case 'number':
      return String(e.value);
    case 'call': {
      const constants = e.args.filter(isConstantName).map((a) => canonicalName(a.name));
      return `${e.name}(${constants.join(', ')})`;
    }
    case 'member':
      return `.${e.field}`;
    case 'index':
      return `${termOf(e.object)}[${termOf(e.index)}]`;
    case 'unary':
      return `${e.op}${termOf(e.operand)}`;
    case 'binary':
      return `(${termOf(e.left)} ${e.op} ${termOf(e.right)})`;
  }
}

/* ---- deciding ---------------------------------------------------------------------------------------------------- */

export function termsOf(c: Condition, into: Set<string> = new Set()): Set<string> {
  if (c.kind === 'compare') into.add(c.term);
  else if (c.kind === 'not') termsOf(c.of, into);
  else if (c.kind !== 'constant') for (const part of c.parts) termsOf(part, into);
  return into;
}

export type Verdict = 'yes' | 'no' | 'too-large';

const STEP_LIMIT = 100_000;

class TooLarge extends Error {}

/**
 * Whether `premise` implies `conclusion`, for some values of the terms in `free`: what the conclusion may speak of
 * besides without being wronged for it. Terms of the premise are never free.
 */
export function implies(
  premise: Condition,
  conclusion: Condition,
  free: ReadonlySet<string> = new Set(),
): Verdict {
  const domains = domainsOf(premise, conclusion);
  const stated = termsOf(premise);
  const loose = [...domains.keys()].filter((t) => free.has(t) && !stated.has(t));
  const fixed = [...domains.keys()].filter((t) => !loose.includes(t));
  const search = new Search(domains);
  const isNoCounterexample = (): false | null =>
    search.evaluate(premise) === false || search.evaluate(conclusion) === true ? false : null;
  const failsForAllLoose = (): boolean => !search.exists(loose, () => search.evaluate(conclusion));
  try {
    return search.exists(fixed, isNoCounterexample, failsForAllLoose) ? 'no' : 'yes';
  } catch (error) {
    if (error instanceof TooLarge) return 'too-large';
    throw error;
  }
}

export function isEquivalent(a: Condition, b: Condition): boolean {
  return implies(a, b) === 'yes' && implies(b, a) === 'yes';
}

/** For each term the values that can make a difference: its constants and their neighbours. */
function domainsOf(...conditions: readonly Condition[]): Map<string, readonly number[]> {
  const constants = new Map<string, Set<number>>();
  const collect = (c: Condition): void => {
    if (c.kind === 'compare') {
      const known = constants.get(c.term) ?? new Set([0]);
      constants.set(c.term, known.add(c.value));
    } else if (c.kind === 'not') collect(c.of);
    else if (c.kind !== 'constant') c.parts.forEach(collect);
  };
  conditions.forEach(collect);
  const domains = new Map<string, readonly number[]>();
  for (const [term, values] of constants) {
    // Versions and revisions are unsigned unless someone compares them with a negative number.
    const isSigned = [...values].some((v) => v < 0);
    const near = [...values].flatMap((v) => [v - 1, v, v + 1]).filter((v) => isSigned || v >= 0);
    domains.set(
      term,
      [...new Set(near)].sort((a, b) => a - b),
    );
  }
  return domains;
}

class Search {
  private readonly values = new Map<string, number>();
  private readonly domains: ReadonlyMap<string, readonly number[]>;
  private steps = 0;

  constructor(domains: ReadonlyMap<string, readonly number[]>) {
    this.domains = domains;
  }

  /** True when some values of `terms` make `test` true; `test` may answer null while too little is set. */
  exists(
    terms: readonly string[],
    test: () => boolean | null,
    atEnd: () => boolean = () => test() === true,
    next = 0,
  ): boolean {
    this.steps += 1;
    if (this.steps > STEP_LIMIT) throw new TooLarge();
    const known = test();
    if (known !== null) return known;
    const term = terms[next];
    if (term === undefined) return atEnd();
    try {
      return (this.domains.get(term) ?? []).some((value) => {
        this.values.set(term, value);
        return this.exists(terms, test, atEnd, next + 1);
      });
    } finally {
      this.values.delete(term);
    }
  }

  /** Null: depends on terms not set yet. */
  evaluate(c: Condition): boolean | null {
    switch (c.kind) {
      case 'constant':
        return c.value;
      case 'compare': {
        const value = this.values.get(c.term);
        if (value === undefined) return null;
        return c.op === '==' ? value === c.value : c.op === '<' ? value < c.value : value <= c.value;
      }
      case 'not': {
        const inner = this.evaluate(c.of);
        return inner === null ? null : !inner;
      }
      case 'and':
      case 'or': {
        const decisive = c.kind === 'or';
        let result: boolean | null = !decisive;
        for (const part of c.parts) {
          const value = this.evaluate(part);
          if (value === decisive) return decisive;
          if (value === null) result = null;
        }
        return result;
      }
    }
  }
}
