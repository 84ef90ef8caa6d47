/**
 * Conditions as Boolean functions over named atoms, kept as reduced ordered decision diagrams (Bryant 1986):
 * two conditions are equivalent exactly when their ids are equal, whatever way they were written.
 *
 * Ids are plain numbers, valid within the `Formulas` that made them.
 */

import { TripleMap } from './triple-map.js';

/** A Boolean function; 0 is false and 1 is true. */
export type Formula = number;

export const FALSE: Formula = 0;
export const TRUE: Formula = 1;

/** Thrown when a condition grows past the budget; callers fall back to "not known". */
export class TooComplex extends Error {
  constructor() {
    super('condition too complex');
    this.name = 'TooComplex';
  }
}

/** One term of a sum of products: each atom with its polarity. */
export type Cube = readonly { readonly atom: number; readonly isPositive: boolean }[];

/** No real guard comes near this; a generated state machine may. */
const NODE_BUDGET = 2_000_000;

/** Steps one public operation may take before it gives up. */
const STEP_BUDGET = 50_000;

/** The order of atoms: a place for each, found when it is first met, that later ones may come before. */
class AtomOrder {
  private readonly compare: (a: number, b: number) => number;
  private readonly places: number[] = [];
  private readonly sorted: number[] = [];

  constructor(compare: (a: number, b: number) => number) {
    this.compare = compare;
  }

  /** Constants, which test no atom, come behind all. */
  place(atom: number): number {
    return atom < 0 ? Number.POSITIVE_INFINITY : (this.places[atom] ?? this.insert(atom));
  }

  private insert(atom: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(this.sorted[middle] as number, atom) < 0) low = middle + 1;
      else high = middle;
    }
    const before = this.placeAt(low - 1, 0);
    const after = this.placeAt(low, before + 2 ** 20);
    const place = before + (after - before) / 2;
    this.sorted.splice(low, 0, atom);
    this.places[atom] = place;
    // Only the order of places matters: where two have grown together, all get new ones.
    if (!(before < place && place < after)) {
      this.sorted.forEach((each, index) => {
        this.places[each] = (index + 1) * 2 ** 20;
      });
    }
    return this.places[atom] as number;
  }

  private placeAt(index: number, otherwise: number): number {
    const atom = this.sorted[index];
    return atom === undefined ? otherwise : (this.places[atom] as number);
  }
}

export class Formulas {
  private readonly order: AtomOrder;
  /** The atom each node tests; -1 for the two constants. */
  private readonly variable: number[] = [-1, -1];
  private readonly low: number[] = [0, 1];
  private readonly high: number[] = [0, 1];
  private readonly unique = new TripleMap();
  private readonly iteCache = new TripleMap();
  private steps = 0;

  /** `compare` orders atoms in diagrams; default: by number. */
  constructor(compare: (a: number, b: number) => number = (a, b) => a - b) {
    this.order = new AtomOrder(compare);
  }

  /** Nodes made so far; none is ever let go. */
  get size(): number {
    return this.variable.length;
  }

  /** The formula that is true when `atom` (a small non-negative integer) is. */
  atom(atom: number): Formula {
    return this.node(atom, FALSE, TRUE);
  }

  not(f: Formula): Formula {
    return this.ite(f, FALSE, TRUE);
  }

  and(f: Formula, g: Formula): Formula {
    return this.ite(f, g, FALSE);
  }

  or(f: Formula, g: Formula): Formula {
    return this.ite(f, TRUE, g);
  }

  /** `test ? then : otherwise`. Throws TooComplex past the budget. */
  ite(test: Formula, then: Formula, otherwise: Formula): Formula {
    this.steps = 0;
    return this.iteStep(test, then, otherwise);
  }

  implies(f: Formula, g: Formula): boolean {
    return this.ite(f, g, TRUE) === TRUE;
  }

  /** Atoms the function really depends on, in their order. */
  support(f: Formula): number[] {
    const seen = new Set<Formula>();
    const atoms = new Set<number>();
    const work = [f];
    for (let id = work.pop(); id !== undefined; id = work.pop()) {
      if (id <= TRUE || seen.has(id)) continue;
      seen.add(id);
      atoms.add(this.variableOf(id));
      work.push(this.lowOf(id), this.highOf(id));
    }
    return [...atoms].sort((a, b) => this.order.place(a) - this.order.place(b));
  }

  /** Existential projection: true where some value of the atoms not kept makes `f` true. */
  project(f: Formula, isKept: (atom: number) => boolean): Formula {
    this.steps = 0;
    const done = new Map<Formula, Formula>();
    const step = (id: Formula): Formula => {
      if (id <= TRUE) return id;
      const known = done.get(id);
      if (known !== undefined) return known;
      const atom = this.variableOf(id);
      const low = step(this.lowOf(id));
      const high = step(this.highOf(id));
      const result = isKept(atom)
        ? this.iteStep(this.node(atom, FALSE, TRUE), high, low)
        : this.iteStep(low, TRUE, high);
      done.set(id, result);
      return result;
    };
    return step(f);
  }

  /** A simpler function that agrees with `f` wherever `care` holds (Coudert and Madre's restriction). */
  restrict(f: Formula, care: Formula): Formula {
    if (care <= TRUE || f <= TRUE) return f;
    const fVar = this.variableOf(f);
    const cVar = this.variableOf(care);
    if (this.order.place(cVar) < this.order.place(fVar))
      return this.restrict(f, this.or(this.lowOf(care), this.highOf(care)));
    const [f0, f1] = this.cofactors(f, fVar);
    const [c0, c1] = this.cofactors(care, fVar);
    if (c0 === FALSE) return this.restrict(f1, c1);
    if (c1 === FALSE) return this.restrict(f0, c0);
    return this.node(fVar, this.restrict(f0, c0), this.restrict(f1, c1));
  }

  /** Replaces atoms: `by` gives the formula that stands for an atom, or undefined to leave it. */
  substitute(f: Formula, by: (atom: number) => Formula | undefined): Formula {
    this.steps = 0;
    const done = new Map<Formula, Formula>();
    const step = (id: Formula): Formula => {
      if (id <= TRUE) return id;
      const known = done.get(id);
      if (known !== undefined) return known;
      const atom = this.variableOf(id);
      const test = by(atom) ?? this.node(atom, FALSE, TRUE);
      const result = this.iteStep(test, step(this.highOf(id)), step(this.lowOf(id)));
      done.set(id, result);
      return result;
    };
    return step(f);
  }

  /** An irredundant sum of products for `f` (Minato-Morreale). The order of terms follows the atoms' order. */
  products(f: Formula): Cube[] {
    this.steps = 0;
    return this.isop(f, f).cubes;
  }

  private isop(lower: Formula, upper: Formula): { cubes: Cube[]; cover: Formula } {
    if (lower === FALSE) return { cubes: [], cover: FALSE };
    if (upper === TRUE) return { cubes: [[]], cover: TRUE };
    const atom = this.first(lower, upper);
    const [l0, l1] = this.cofactors(lower, atom);
    const [u0, u1] = this.cofactors(upper, atom);
    const negative = this.isop(this.iteStep(u1, FALSE, l0), u0);
    const positive = this.isop(this.iteStep(u0, FALSE, l1), u1);
    const rest = this.iteStep(
      this.iteStep(negative.cover, FALSE, l0),
      TRUE,
      this.iteStep(positive.cover, FALSE, l1),
    );
    const both = this.isop(rest, this.iteStep(u0, u1, FALSE));
    const self = this.node(atom, FALSE, TRUE);
    const cover = this.iteStep(both.cover, TRUE, this.iteStep(self, positive.cover, negative.cover));
    const cubes = [
      ...positive.cubes.map((c): Cube => [{ atom, isPositive: true }, ...c]),
      ...negative.cubes.map((c): Cube => [{ atom, isPositive: false }, ...c]),
      ...both.cubes,
    ];
    return { cubes, cover };
  }

  private cofactors(f: Formula, atom: number): [Formula, Formula] {
    return this.variableOf(f) === atom ? [this.lowOf(f), this.highOf(f)] : [f, f];
  }

  private iteStep(test: Formula, then: Formula, otherwise: Formula): Formula {
    if (test === TRUE || then === otherwise) return then;
    if (test === FALSE) return otherwise;
    if (then === TRUE && otherwise === FALSE) return test;
    const known = this.iteCache.get(test, then, otherwise);
    if (known >= 0) return known;
    this.steps += 1;
    if (this.steps > STEP_BUDGET) throw new TooComplex();
    const atom = this.first(test, then, otherwise);
    const [t0, t1] = this.cofactors(test, atom);
    const [a0, a1] = this.cofactors(then, atom);
    const [b0, b1] = this.cofactors(otherwise, atom);
    const result = this.node(atom, this.iteStep(t0, a0, b0), this.iteStep(t1, a1, b1));
    this.iteCache.add(test, then, otherwise, result);
    return result;
  }

  private node(atom: number, low: Formula, high: Formula): Formula {
    if (low === high) return low;
    const known = this.unique.get(atom, low, high);
    if (known >= 0) return known;
    const id = this.variable.length;
    if (id > NODE_BUDGET) throw new TooComplex();
    this.variable.push(atom);
    this.low.push(low);
    this.high.push(high);
    this.unique.add(atom, low, high, id);
    return id;
  }

  private variableOf(id: Formula): number {
    return this.variable[id] ?? -1;
  }

  /** The first atom in order that one of the functions tests. */
  private first(f: Formula, g: Formula, h: Formula = TRUE): number {
    let atom = this.variableOf(f);
    const second = this.variableOf(g);
    if (second !== atom && second >= 0) atom = this.earlier(atom, second);
    const third = this.variableOf(h);
    return third !== atom && third >= 0 ? this.earlier(atom, third) : atom;
  }

  private earlier(atom: number, other: number): number {
    return atom < 0 || this.order.place(other) < this.order.place(atom) ? other : atom;
  }

  private lowOf(id: Formula): Formula {
    return this.low[id] ?? FALSE;
  }

  private highOf(id: Formula): Formula {
    return this.high[id] ?? FALSE;
  }
}
