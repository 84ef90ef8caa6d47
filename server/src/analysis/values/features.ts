/** Feature bits in expressions: which bit a constant names, which bits a mask holds. */
import { bitShift, featureBit, featureRangeMarks } from '@vringside/grammars/feature-names';
import type { Expr, MacroFacts } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import { calleeName } from './expressions.js';
import { expandMacro } from './substitute.js';

/** Looks up an object- or function-like macro by name. */
export type MacroLookup = (name: string) => readonly MacroFacts[];

export function isFeatureName(name: string): boolean {
  return featureBit.test(name) && !featureRangeMarks.has(name);
}

/** The bit `expr` names, through macros that only rename it (`VIRTIO_F_IOMMU_PLATFORM` since 5.9). */
export function featureOf(expr: Expr, macros: MacroLookup): string | null {
  const e = uncast(expr);
  if (e.kind !== 'name') return null;
  let name = e.name;
  for (let hops = 0; hops < 4; hops += 1) {
    const body = macros(name).find((m) => m.params === null)?.expr;
    if (body?.kind !== 'name' || !isFeatureName(body.name)) break;
    name = body.name;
  }
  return isFeatureName(name) ? name : null;
}

/** The expression shifted into place by `BIT(x)`, `BIT_ULL(x)`, `1 << x`, `(u64)1 << x`; null for others. */
export function shiftedBit(expr: Expr): Expr | null {
  const e = uncast(expr);
  if (e.kind === 'call') {
    return bitShift.test(calleeName(e)) ? (e.args[0] ?? null) : null;
  }
  if (e.kind === 'binary' && e.op === '<<' && uncast(e.left).kind === 'number') return e.right;
  return null;
}

/** Bits of a mask made of feature bits; empty when it is no such mask. Macros that name a mask are looked into. */
export function maskFeatures(expr: Expr, macros: MacroLookup, depth = 0): string[] {
  if (depth > 6) return [];
  const e = uncast(expr);
  const bit = shiftedBit(e);
  if (bit !== null) {
    const feature = featureOf(bit, macros);
    return feature === null ? [] : [feature];
  }
  if (e.kind === 'binary' && e.op === '|') {
    return [...maskFeatures(e.left, macros, depth + 1), ...maskFeatures(e.right, macros, depth + 1)];
  }
  if (e.kind === 'unary' && e.op === '~') return maskFeatures(e.operand, macros, depth + 1);
  if (e.kind === 'name' || e.kind === 'call') {
    const name = e.kind === 'name' ? e.name : calleeName(e);
    const args = e.kind === 'call' ? e.args : null;
    for (const macro of name === '' ? [] : macros(name)) {
      const body = expandMacro(macro, args);
      if (body !== null) return maskFeatures(body, macros, depth + 1);
    }
  }
  return [];
}
