/** Arithmetic on ranges of numbers that are not negative, as sizes and counts are. */
import type { Bounds } from '../workload.js';

export const anything: Bounds = { least: 0, most: null };

export function exactly(n: number): Bounds {
  return { least: n, most: n };
}

export function between(least: number, most: number | null): Bounds {
  return { least, most };
}

/** What is in one or the other. */
export function union(a: Bounds, b: Bounds): Bounds {
  return {
    least: Math.min(a.least, b.least),
    most: a.most === null || b.most === null ? null : Math.max(a.most, b.most),
  };
}

export function atMost(a: Bounds, limit: number): Bounds {
  const most = a.most === null ? limit : Math.min(a.most, limit);
  return { least: Math.min(a.least, most), most };
}

export function smaller(a: Bounds, b: Bounds): Bounds {
  const most = a.most === null ? b.most : b.most === null ? a.most : Math.min(a.most, b.most);
  return { least: Math.min(a.least, b.least), most };
}

export function larger(a: Bounds, b: Bounds): Bounds {
  const most = a.most === null || b.most === null ? null : Math.max(a.most, b.most);
  return { least: Math.max(a.least, b.least), most };
}

export function sum(a: Bounds, b: Bounds): Bounds {
  return safe(a.least + b.least, a.most === null || b.most === null ? null : a.most + b.most);
}

export function product(a: Bounds, b: Bounds): Bounds {
  if (a.most === 0 || b.most === 0) return exactly(0);
  return safe(a.least * b.least, a.most === null || b.most === null ? null : a.most * b.most);
}

/** `a op b` as C has it for numbers that are not negative; a difference below zero counts as zero. */
export function calculate(op: string, a: Bounds, b: Bounds): Bounds {
  switch (op) {
    case '+':
      return sum(a, b);
    case '-':
      return {
        least: b.most === null ? 0 : Math.max(0, a.least - b.most),
        most: a.most === null ? null : Math.max(0, a.most - b.least),
      };
    case '*':
      return product(a, b);
    case '/':
      return safe(
        b.most === null || b.most === 0 ? 0 : Math.floor(a.least / b.most),
        a.most === null ? null : Math.floor(a.most / Math.max(1, b.least)),
      );
    case '%':
      return b.most === null || b.most === 0 ? { least: 0, most: a.most } : { least: 0, most: b.most - 1 };
    case '<<':
      return shiftBy(b) === null ? anything : product(a, exactly(2 ** (shiftBy(b) ?? 0)));
    case '>>':
      return calculate('/', a, shiftBy(b) === null ? exactly(1) : exactly(2 ** (shiftBy(b) ?? 0)));
    case '&':
      return isExact(a) && isExact(b)
        ? bitwise(a, b, (x, y) => x & y)
        : { least: 0, most: smaller(a, b).most };
    case '|':
      return isExact(a) && isExact(b) ? bitwise(a, b, (x, y) => x | y) : sum(a, b);
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
    case '&&':
    case '||':
      return truthOf(op, a, b);
    default:
      return anything;
  }
}

/** `roundup(a, to)`. */
export function roundedUp(a: Bounds, to: Bounds): Bounds {
  if (to.most === null || to.most === 0 || to.least !== to.most) return { least: a.least, most: null };
  const step = to.most;
  const up = (n: number): number => Math.ceil(n / step) * step;
  return { least: up(a.least), most: a.most === null ? null : up(a.most) };
}

/** 1, 0, or either. */
function truthOf(op: string, a: Bounds, b: Bounds): Bounds {
  const isBelow = (x: Bounds, y: Bounds): boolean => x.most !== null && x.most < y.least;
  const isNotAbove = (x: Bounds, y: Bounds): boolean => x.most !== null && x.most <= y.least;
  const decide = (yes: boolean, no: boolean): Bounds => (yes ? exactly(1) : no ? exactly(0) : between(0, 1));
  switch (op) {
    case '<':
      return decide(isBelow(a, b), isNotAbove(b, a));
    case '>':
      return decide(isBelow(b, a), isNotAbove(a, b));
    case '<=':
      return decide(isNotAbove(a, b), isBelow(b, a));
    case '>=':
      return decide(isNotAbove(b, a), isBelow(a, b));
    default:
      return between(0, 1);
  }
}

export function isExact(a: Bounds): boolean {
  return a.most === a.least;
}

function shiftBy(by: Bounds): number | null {
  return by.most !== null && isExact(by) && by.most < 53 ? by.most : null;
}

function bitwise(a: Bounds, b: Bounds, op: (x: bigint, y: bigint) => bigint): Bounds {
  return exactly(Number(op(BigInt(a.least), BigInt(b.least))));
}

/** Numbers past what a double holds exactly are no sizes. */
function safe(least: number, most: number | null): Bounds {
  if (!Number.isSafeInteger(least)) return { least: Number.MAX_SAFE_INTEGER, most: null };
  return { least, most: most !== null && Number.isSafeInteger(most) ? most : null };
}
