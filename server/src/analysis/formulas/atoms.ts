/**
 * The named facts a condition is made of, and the unnamed rest.
 */
import { guestPredicates, stateFields } from '@vringside/grammars/guest-facts';
import { type Cube, type Formula, Formulas, TRUE } from './formula.js';

export type Atom =
  /** A feature bit; `of` says whose set of bits is asked. */
  | { readonly kind: 'feature'; readonly name: string; readonly of: 'negotiated' | 'offered' }
  /** A predicate of the guest: `xen_domain()`, `cc_platform_has(CC_ATTR_MEM_ENCRYPT)`. */
  | { readonly kind: 'guest'; readonly name: string; readonly argument: string }
  /** A configuration option or other preprocessor condition. */
  | { readonly kind: 'config'; readonly name: string }
  /** A mode kept in a struct field: `vring_virtqueue.premapped`. */
  | { readonly kind: 'state'; readonly name: string; readonly field: string }
  /** The truth of a parameter, or the feature bit a parameter names, within a function's own summary. */
  | { readonly kind: 'param'; readonly scope: string; readonly index: number; readonly name: string }
  | {
      readonly kind: 'paramFeature';
      readonly scope: string;
      readonly index: number;
      readonly of: 'negotiated' | 'offered';
    }
  /** Anything else: a condition we only know by its text. */
  | { readonly kind: 'opaque'; readonly text: string };

/** Where an unnamed condition stands, and what tells it from others of that place. */
export interface Identity {
  readonly file: string;
  readonly at: number;
  readonly what: string;
}

/** What an atom is ordered by. */
interface Rank {
  readonly kind: string;
  readonly file: string;
  readonly at: number;
  readonly rest: string;
}

/**
 * Interns atoms and makes formulas of them. The order of atoms in diagrams is that of what they say, so that a formula is the
 * same whatever was made before it.
 */
export class Atoms {
  private readonly ranks: Rank[] = [];
  readonly formulas: Formulas = new Formulas((a, b) => compareRanks(this.rankOf(a), this.rankOf(b)));
  private readonly byKey = new Map<string, number>();
  private readonly all: Atom[] = [];
  private readonly named = new Map<Formula, boolean>();

  of(atom: Atom): Formula {
    const key = atomKey(atom);
    return this.intern(key, atom, { kind: atom.kind, file: '', at: 0, rest: key });
  }

  /** A parameter of a function, or the feature bit it names. */
  parameter(atom: Atom & { kind: 'param' | 'paramFeature' }, { file, at }: Omit<Identity, 'what'>): Formula {
    const key = atomKey(atom);
    return this.intern(key, atom, {
      kind: '?',
      file,
      at,
      rest: `${atom.kind} ${atom.index} ${key.replace(atom.scope, '')}`,
    });
  }

  /** An unnamed condition; `identity` keeps two of the same text apart where they may differ. */
  opaque({ file, at, what }: Identity, text: string): Formula {
    return this.intern(
      `?${file}:${at}:${what}`,
      { kind: 'opaque', text },
      { kind: '?', file, at, rest: `${what} ${text}` },
    );
  }

  private rankOf(index: number): Rank {
    return this.ranks[index] as Rank;
  }

  get(index: number): Atom {
    const atom = this.all[index];
    if (atom === undefined) throw new RangeError(`no atom ${index}`);
    return atom;
  }

  /** True for facts of the guest, the negotiation or the configuration: what a resolved guard may speak of. */
  isNamed(index: number): boolean {
    const kind = this.get(index).kind;
    return kind === 'feature' || kind === 'guest' || kind === 'config' || kind === 'state';
  }

  hasNamed(f: Formula): boolean {
    let known = this.named.get(f);
    if (known === undefined) {
      known = this.formulas.support(f).some((a) => this.get(a).kind !== 'opaque');
      this.named.set(f, known);
    }
    return known;
  }

  /** True when `f` depends on a named fact. */
  hasFact(f: Formula): boolean {
    return this.formulas.support(f).some((a) => this.isNamed(a));
  }

  /** The weakest condition over named facts that `f` implies: true where the rest can make it true. */
  namedPart(f: Formula): Formula {
    return this.formulas.project(f, (a) => this.isNamed(a));
  }

  /** C-like text, the same for equivalent formulas: `!VIRTIO_F_ACCESS_PLATFORM && !xen_domain()`. */
  toText(f: Formula): string {
    return this.render(f, atomText, '!', ' && ', ' || ');
  }

  /** Words: `ACCESS_PLATFORM not negotiated, and not a Xen guest`. */
  toWords(f: Formula): string {
    return this.render(f, atomText, '', ', and ', ', or ', atomWords);
  }

  private render(
    f: Formula,
    text: (a: Atom) => string,
    not: string,
    and: string,
    or: string,
    words?: (a: Atom, holds: boolean) => string,
  ): string {
    const cubes = this.canonicalProducts(f);
    if (cubes.length === 0) return words ? 'never' : 'false';
    const literal = (atom: Atom, positive: boolean): string =>
      words ? words(atom, positive) : positive ? text(atom) : (negated(text(atom)) ?? `${not}${text(atom)}`);
    const terms = cubes.map((cube) => {
      if (cube.length === 0) return words ? 'always' : 'true';
      const parts = cube.map((l) => literal(l.atom, l.isPositive)).join(and);
      return cubes.length > 1 && cube.length > 1 && !words ? `(${parts})` : parts;
    });
    return terms.join(or);
  }

  /** Sum of products with atoms in the order of their text, so that equal formulas print equally. */
  private canonicalProducts(f: Formula): { atom: Atom; isPositive: boolean }[][] {
    const atoms = this.formulas.support(f).map((index) => ({ index, text: atomText(this.get(index)) }));
    atoms.sort((a, b) =>
      a.text < b.text ? -1 : a.text > b.text ? 1 : compareRanks(this.rankOf(a.index), this.rankOf(b.index)),
    );
    const local = new Formulas();
    const position = new Map(atoms.map((a, i) => [a.index, i]));
    const copied = copyFormula(this.formulas, f, local, (a) => position.get(a) ?? 0);
    const toLiterals = (cube: Cube): { atom: Atom; isPositive: boolean }[] =>
      [...cube]
        .sort((a, b) => a.atom - b.atom)
        .map((l) => ({ atom: this.get(atoms[l.atom]?.index ?? 0), isPositive: l.isPositive }));
    return local.products(copied).map(toLiterals);
  }

  private intern(key: string, atom: Atom, rank: Rank): Formula {
    let index = this.byKey.get(key);
    if (index === undefined) {
      index = this.all.length;
      this.all.push(atom);
      this.ranks.push(rank);
      this.byKey.set(key, index);
    }
    return this.formulas.atom(index);
  }
}

function compareRanks(a: Rank, b: Rank): number {
  return (
    compareText(a.kind, b.kind) || compareText(a.file, b.file) || a.at - b.at || compareText(a.rest, b.rest)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rebuilds `f` of `from` in `to` under a renaming of atoms (which may change their order). */
function copyFormula(from: Formulas, f: Formula, to: Formulas, rename: (atom: number) => number): Formula {
  let result: Formula = 0;
  for (const cube of from.products(f)) {
    let term: Formula = TRUE;
    for (const l of cube) {
      const atom = to.atom(rename(l.atom));
      term = to.and(term, l.isPositive ? atom : to.not(atom));
    }
    result = to.or(result, term);
  }
  return result;
}

function atomKey(atom: Atom): string {
  switch (atom.kind) {
    case 'feature':
      return `feature ${atom.of} ${atom.name}`;
    case 'guest':
      return `guest ${atom.name}(${atom.argument})`;
    case 'config':
      return `config ${atom.name}`;
    case 'state':
      return `state ${atom.name}`;
    case 'param':
      return `param ${atom.scope} ${atom.index} ${atom.name}`;
    case 'paramFeature':
      return `paramFeature ${atom.of} ${atom.scope} ${atom.index}`;
    case 'opaque':
      return `opaque ${atom.text}`;
  }
}

function atomText(atom: Atom): string {
  switch (atom.kind) {
    case 'feature':
      return atom.of === 'negotiated' ? atom.name : `offered(${atom.name})`;
    case 'guest':
      return `${atom.name}(${atom.argument})`;
    case 'config':
      return atom.name;
    case 'state':
      return atom.name;
    case 'param':
      return atom.name;
    case 'paramFeature':
      return `argument ${atom.index + 1}`;
    case 'opaque':
      return /^[!\w.>()[\]-]+$/.test(atom.text) || negated(atom.text) !== null ? atom.text : `(${atom.text})`;
  }
}

const opposite: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};

/** `a != 1` for `a == 1`; null for what is no single comparison. */
function negated(text: string): string | null {
  const match = /^\(?([^&|()]+) (==|!=|<=|>=|<|>) ([^&|()]+?)\)?$/.exec(text);
  return match === null ? null : `${match[1]} ${opposite[match[2] ?? '']} ${match[3]}`;
}

function atomWords(atom: Atom, holds: boolean): string {
  switch (atom.kind) {
    case 'feature': {
      const name = atom.name.replace(/^VIRTIO_F_/, '').replace(/^VIRTIO_/, '');
      const what = atom.of === 'negotiated' ? 'negotiated' : 'offered';
      return holds ? `${name} ${what}` : `${name} not ${what}`;
    }
    case 'guest': {
      const entry = guestPredicates[atom.name];
      const template = (holds ? entry?.holds : entry?.fails) ?? `${holds ? '' : 'not '}${atomText(atom)}`;
      return template.replace('%', atom.argument);
    }
    case 'state': {
      const entry = stateFields.find((s) => s.field === atom.field);
      return (
        (holds ? entry?.holds : entry?.fails) ??
        (holds ? atom.name : (negated(atom.name) ?? `not ${atom.name}`))
      );
    }
    default:
      return holds ? atomText(atom) : (negated(atomText(atom)) ?? `not ${atomText(atom)}`);
  }
}
