/**
 * Which tests say in what mode a driver or device is, and which only whether something went wrong?
 *
 * `vcdev->is_thinint`, `ops->dma_map`, `is_vmalloc_addr(p)`, `features & MASK` are modes: a reader wants them in a guard.
 * `err`, `!page`, `len > max`, `unlikely(...)` are the daily checks of C and say nothing of the guest.
 */
import { noisyCalls, noisyNames, predicateCall } from '@vringside/grammars/test-names';
import type { Program, Scope } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import { calleeName } from '../values/expressions.js';
import { printExpr } from '../values/print.js';

export function isModeTest(expr: Expr, program: Program, scope: Scope): boolean {
  const e = uncast(expr);
  const sub = (x: Expr): boolean => isModeTest(x, program, scope);
  switch (e.kind) {
    case 'unary':
      return (e.op === '!' && sub(e.operand)) || (e.op === '-' && e.operand.kind === 'number');
    case 'member': {
      const type = program.typeOf(e, scope);
      const isFlag = type !== null && (type.base === 'bool' || type.pointers > 0 || type.isFunction === true);
      return isFlag && !noisyNames.test(e.field);
    }
    case 'name':
      return !noisyNames.test(e.name) && program.typeOf(e, scope)?.base === 'bool';
    case 'call': {
      const name = calleeName(e);
      if (noisyCalls.test(name)) return false;
      return predicateCall.test(name) || program.typeOf(e, scope)?.base === 'bool';
    }
    case 'binary':
      return isModeComparison(e, sub);
    default:
      return false;
  }
}

function isModeComparison(e: Expr & { kind: 'binary' }, sub: (x: Expr) => boolean): boolean {
  if (e.op === '&&' || e.op === '||') return sub(e.left) && sub(e.right);
  if (e.op === '&') return isMaskTest(e.left, e.right) || isMaskTest(e.right, e.left);
  const isEquality = e.op === '==' || e.op === '!=';
  if (!isEquality && !/^(?:<|>|<=|>=)$/.test(e.op)) return false;
  return isStateOf(e.left, e.right, isEquality) || isStateOf(e.right, e.left, isEquality);
}

/** `x->flags & MASK`, or a set of feature bits of another kind. */
function isMaskTest(set: Expr, mask: Expr): boolean {
  const names = printExpr(mask);
  if (/^VRING_DESC_F_/.test(names)) return false;
  return /_F_/.test(names) || (uncast(set).kind === 'member' && (isConstantName(mask) || isShift(mask)));
}

/** `x->idx == -1`, `fbit < VIRTIO_TRANSPORT_F_START`. */
function isStateOf(value: Expr, constant: Expr, isEquality: boolean): boolean {
  const v = uncast(value);
  const name = v.kind === 'member' ? v.field : v.kind === 'name' ? v.name : '';
  if (name === '' || noisyNames.test(name)) return false;
  if (isConstantName(constant)) return /VIRTIO|VHOST/.test(printExpr(constant));
  return isEquality && v.kind === 'member' && isNumber(constant);
}

/** A named constant that is no error number. */
function isConstantName(expr: Expr): boolean {
  const e = uncast(expr);
  return e.kind === 'name' && /^[A-Z][A-Z0-9_]{3,}$/.test(e.name) && !/^E[A-Z0-9]+$/.test(e.name);
}

function isNumber(expr: Expr): boolean {
  const e = uncast(expr);
  return e.kind === 'number' || (e.kind === 'unary' && e.op === '-' && e.operand.kind === 'number');
}

function isShift(expr: Expr): boolean {
  const e = uncast(expr);
  return (e.kind === 'binary' && e.op === '<<') || /^BIT/.test(calleeName(e));
}
