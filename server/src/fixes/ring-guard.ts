/** A driver's own "use the DMA API" condition, made that of the ring core. */
import { decisionFacts } from '@vringside/grammars/guest-facts';
import type { FoundSite } from '../analysis/index.js';
import type { FunctionRef } from '../program/index.js';
import type { Finding } from '../rules/index.js';
import type { CallExpr, Expr } from '../syntax/ir.js';
import { isExpr, type Path, walk } from '../syntax/walk.js';
import type { Span } from '../text/span.js';
import { type FixContext, functionAround, includeChange, meet, type Remedy, remedy, spanOf } from './fix.js';
import { quirkHelpers, type RingCondition, ringCondition } from './ring-condition.js';

/** The test of the feature bit that the condition rests on, completed by what the core asks besides. */
export function completedGuard({ program, inventory }: FixContext, finding: Finding): Remedy | null {
  const { file } = finding;
  const at = spanOf(program, file, finding.range);
  const fn = functionAround(program, file, at);
  if (fn === null) return null;
  const tests = inventory.sites.filter(
    (found) => isBitTest(found) && found.candidate.function?.start === fn.start && found.site.file === file,
  );
  const near = tests.filter(({ candidate }) => meet(candidate.at, at));
  const [test, ...others] = near.length > 0 ? near : tests;
  // Of several tests, which one the condition rests on is for a reader to say.
  if (test === undefined || others.length > 0) return null;
  const found = testAt(fn, test.candidate.at);
  if (found === null) return null;
  const [vdev] = found.call.args;
  if (vdev === undefined) return null;
  const condition = ringCondition(inventory, program, file, program.textOf(file, vdev));
  const whole = program.textOf(file, fn);
  if (condition === null || condition.otherNames.some((name) => new RegExp(`\\b${name}\\b`).test(whole)))
    return null;
  const title = `Ask all that the ring core asks: ${found.isUse ? condition.uses : condition.bypasses}`;
  return remedy(program, file, { family: 'guard-differs-from-core', title, isPreferred: true }, [
    { start: found.whole.start, end: found.whole.end, newText: inPlace(found, condition) },
    ...condition.headers.flatMap((header) => includeChange(program, file, header)),
  ]);
}

function isBitTest({ site }: FoundSite): boolean {
  return site.kind === 'dma_quirk' || (site.kind === 'has_feature' && decisionFacts.has(site.feature ?? ''));
}

interface Test {
  readonly call: CallExpr;
  /** The call, with the negation before it. */
  readonly whole: Expr;
  /** Whether `whole` is true where the bit is negotiated. */
  readonly isUse: boolean;
  /** What stands around `whole`, where that is an expression. */
  readonly around: Expr | null;
}

function testAt(fn: FunctionRef, at: Span): Test | null {
  let found: Test | null = null;
  walk(
    fn.variants.flatMap((variant) => variant.body),
    (node, up) => {
      if (found !== null || node.kind !== 'call' || node.start !== at.start || node.end !== at.end) return;
      found = testOf(node, up);
    },
  );
  return found;
}

function testOf(call: CallExpr, up: Path | null): Test | null {
  if (call.callee.kind !== 'name') return null;
  let isUse = !quirkHelpers.includes(call.callee.name);
  let whole: Expr = call;
  let path = up;
  while (path !== null && path.node.kind === 'unary' && path.node.op === '!') {
    whole = path.node;
    isUse = !isUse;
    path = path.up;
  }
  return { call, whole, isUse, around: path !== null && isExpr(path.node) ? path.node : null };
}

/** In parentheses where an operator around it would take it apart. */
function inPlace({ isUse, around }: Test, condition: RingCondition): string {
  const text = isUse ? condition.uses : condition.bypasses;
  const operator = isUse ? condition.usesOperator : condition.bypassesOperator;
  const isApart = operator === null || around === null || isOpen(around, operator);
  return isApart ? text : `(${text})`;
}

function isOpen(around: Expr, operator: string): boolean {
  return (
    around.kind === 'call' || around.kind === 'assign' || (around.kind === 'binary' && around.op === operator)
  );
}
