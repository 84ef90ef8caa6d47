/** What is said to be known holds whatever the unknown turns out to be, and everything is known when nothing is unknown. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Guests } from '../../../../server/src/analysis/evaluate/guest.js';
import { numberOf } from '../../../../server/src/analysis/evaluate/numbers/value.js';
import { runFunction } from '../../../../server/src/analysis/evaluate/running/calls.js';
import type { Question } from '../../../../server/src/model/policy.js';
import { programOf, question } from './support.js';

const predicates = ['xen_domain()', 'sev_active()', 'sme_active()', 'is_secure_guest()'];

/** Variables of the function, which inner blocks declare again with other types. */
const names = fc.constantFrom('a', 'b', 'u');

const test = fc.letrec<{ test: string }>((tie) => ({
  test: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...predicates, 'a > 1', 'b & 2', 'a == b', 'helper(a)', 'u - 3 > a', 'EITHER', '!EITHER'),
    tie('test').map((t) => `!(${t})`),
    tie('test').map((t) => `NOT(${t})`),
    fc
      .tuple(tie('test'), fc.constantFrom('&&', '||'), tie('test'))
      .map(([l, op, r]) => `(${l}) ${op} (${r})`),
  ),
})).test;

const number = fc.oneof(
  fc.nat(5).map(String),
  test.map((t) => `((${t}) ? 2 : 3)`),
  fc.constantFrom(
    'a',
    'b',
    'a + b',
    'u',
    'u - 3',
    '~u',
    '-1',
    '2 * LESS',
    'LESS * a',
    'PRODUCT(a + 1, b - 1)',
  ),
);

const type = fc.constantFrom('int', 'u8', 'unsigned int', 'u64', 'bool', 's8');

const statement = fc.letrec<{ statement: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 4 },
    fc
      .tuple(names, fc.constantFrom('=', '|=', '+=', '-=', '&='), number)
      .map(([x, op, n]) => `${x} ${op} ${n};`),
    number.map((n) => `return ${n};`),
    fc.constant('goto out;'),
    fc
      .tuple(type, names, number, tie('statement'))
      .map(([t, x, n, s]) => `{ u64 v = ${n}; ${t} ${x} = v; ${s} }`),
    fc.tuple(names, number).map(([x, n]) => `SET(${x}, ${n});`),
    fc.tuple(test, tie('statement')).map(([t, s]) => `if (${t}) { ${s} }`),
    fc.tuple(test, tie('statement'), tie('statement')).map(([t, s, e]) => `if (${t}) { ${s} } else { ${e} }`),
    fc
      .tuple(number, tie('statement'), tie('statement'))
      .map(([n, s, d]) => `switch (${n}) { case 2: ${s} case 3: ${d} break; default: a = 4; }`),
    fc.tuple(test, tie('statement')).map(([t, s]) => `for (i = 0; i < 3; i++) { if (${t}) break; ${s} }`),
    fc.tuple(tie('statement'), tie('statement')).map(([s, t]) => `${s} ${t}`),
  ),
})).statement;

/** Each loop counts for itself: two that count together may never end. */
function source(written: string): string {
  let loops = 0;
  const body = written.replace(/for \(i = 0; i < 3; i\+\+\)/g, () => {
    const i = `i${loops++}`;
    return `for (int ${i} = 0; ${i} < 3; ${i}++)`;
  });
  return `#define EITHER xen_domain() || is_secure_guest()
#define NOT(x) !x
#define LESS 1 - 2
#define PRODUCT(x, y) x * y
#define SET(v, x) do { u64 n = x; v = 2 * n; } while (0)
static int helper(int n) { if (xen_domain()) return n; return is_secure_guest(); }
int f(void) { int a = 1, b = 2; u32 u = 0; ${body} out: return a * 10 + b + u; }`;
}

function asking(known: ReadonlyMap<string, boolean>): Question {
  const q = question({});
  return { ...q, guest: { ...q.guest, predicates: known } };
}

/** `?` where it is not known. */
function result(guests: Guests, known: ReadonlyMap<string, boolean>): string {
  const q = asking(known);
  const { value } = runFunction(guests.run(q), guests.find(q, ['f'])!, []);
  return numberOf(value)?.toString() ?? '?';
}

const states = fc.array(fc.constantFrom(true, false, null), { minLength: 4, maxLength: 4 });

function* completions(given: readonly (boolean | null)[]): Generator<ReadonlyMap<string, boolean>> {
  for (let n = 0; n < 1 << given.length; n++) {
    const bits = given.map((_, i) => ((n >> i) & 1) === 1);
    if (given.every((g, i) => g === null || g === bits[i]))
      yield new Map(predicates.map((p, i) => [p, bits[i]!]));
  }
}

describe('three-valued logic over whole functions', () => {
  it('agrees with every way the unknown may turn out', () => {
    let decided = 0;
    fc.assert(
      fc.property(statement, states, (body, given) => {
        const guests = new Guests(programOf(new Map([['drivers/virtio/f.c', source(body)]])), null);
        const known = new Map(predicates.flatMap((p, i) => (given[i] == null ? [] : [[p, given[i]!]])));
        const said = result(guests, known as ReadonlyMap<string, boolean>);
        const real = [...completions(given)].map((c) => result(guests, c));
        expect(real, body).not.toContain('?');
        if (said === '?') return;
        decided += 1;
        expect(new Set(real), body).toEqual(new Set([said]));
      }),
      { numRuns: 150 },
    );
    expect(decided).toBeGreaterThan(20);
  });
});
