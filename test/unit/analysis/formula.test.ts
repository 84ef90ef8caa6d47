import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FALSE, type Formula, Formulas, TRUE } from '../../../server/src/analysis/formulas/formula.js';

const ATOMS = 5;

type Tree =
  | { readonly op: 'atom'; readonly atom: number }
  | { readonly op: 'not'; readonly of: Tree }
  | { readonly op: 'and' | 'or'; readonly left: Tree; readonly right: Tree };

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.record({ op: fc.constant('atom' as const), atom: fc.nat(ATOMS - 1) }),
    fc.record({ op: fc.constant('not' as const), of: tie('tree') }),
    fc.record({ op: fc.constantFrom('and' as const, 'or' as const), left: tie('tree'), right: tie('tree') }),
  ),
})).tree;

function build(formulas: Formulas, t: Tree): Formula {
  if (t.op === 'atom') return formulas.atom(t.atom);
  if (t.op === 'not') return formulas.not(build(formulas, t.of));
  const [left, right] = [build(formulas, t.left), build(formulas, t.right)];
  return t.op === 'and' ? formulas.and(left, right) : formulas.or(left, right);
}

/** The reference: plain evaluation under the assignment whose bit i is atom i. */
function evaluate(t: Tree, assignment: number): boolean {
  if (t.op === 'atom') return ((assignment >> t.atom) & 1) === 1;
  if (t.op === 'not') return !evaluate(t.of, assignment);
  const [left, right] = [evaluate(t.left, assignment), evaluate(t.right, assignment)];
  return t.op === 'and' ? left && right : left || right;
}

function valueAt(formulas: Formulas, f: Formula, assignment: number): boolean {
  return formulas.substitute(f, (atom) => (((assignment >> atom) & 1) === 1 ? TRUE : FALSE)) === TRUE;
}

const assignments = Array.from({ length: 1 << ATOMS }, (_, i) => i);

describe('Formulas', () => {
  it('mean what their operators say, under every assignment', () => {
    fc.assert(
      fc.property(tree, (t) => {
        const formulas = new Formulas();
        const f = build(formulas, t);
        for (const a of assignments) expect(valueAt(formulas, f, a)).toBe(evaluate(t, a));
      }),
    );
  });

  it('are the same number exactly when they are equivalent', () => {
    fc.assert(
      fc.property(tree, tree, (t, u) => {
        const formulas = new Formulas();
        const isEquivalent = assignments.every((a) => evaluate(t, a) === evaluate(u, a));
        expect(build(formulas, t) === build(formulas, u)).toBe(isEquivalent);
      }),
    );
  });

  it('print as a sum of products that covers them and nothing else', () => {
    fc.assert(
      fc.property(tree, (t) => {
        const formulas = new Formulas();
        const f = build(formulas, t);
        let sum: Formula = FALSE;
        for (const cube of formulas.products(f)) {
          const term = cube.reduce(
            (g, l) =>
              formulas.and(g, l.isPositive ? formulas.atom(l.atom) : formulas.not(formulas.atom(l.atom))),
            TRUE,
          );
          sum = formulas.or(sum, term);
        }
        expect(sum).toBe(f);
      }),
    );
  });

  it('lose projected atoms, and hold wherever some value of those made them hold', () => {
    fc.assert(
      fc.property(tree, fc.nat(ATOMS - 1), (t, dropped) => {
        const formulas = new Formulas();
        const projected = formulas.project(build(formulas, t), (atom) => atom !== dropped);
        expect(formulas.support(projected)).not.toContain(dropped);
        for (const a of assignments) {
          const some = evaluate(t, a) || evaluate(t, a ^ (1 << dropped));
          expect(valueAt(formulas, projected, a)).toBe(some);
        }
      }),
    );
  });

  it('agree with the restricted one wherever the care set holds', () => {
    fc.assert(
      fc.property(tree, tree, (t, care) => {
        const formulas = new Formulas();
        const restricted = formulas.restrict(build(formulas, t), build(formulas, care));
        for (const a of assignments) {
          if (evaluate(care, a)) expect(valueAt(formulas, restricted, a)).toBe(evaluate(t, a));
        }
      }),
    );
  });

  it('depend only on the atoms of their support', () => {
    const formulas = new Formulas();
    const [a, b] = [formulas.atom(0), formulas.atom(1)];
    expect(formulas.support(formulas.or(a, formulas.and(a, b)))).toEqual([0]);
    expect(formulas.support(formulas.or(a, formulas.not(a)))).toEqual([]);
  });
});
