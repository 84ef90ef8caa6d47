/** DMA API steps that are left out when the DMA API is bypassed: unmap, sync, error check, limit, device. */
import { dmaApi, syncQueries } from '@vringside/grammars/address-names';
import type { FunctionRef } from '../../program/index.js';
import type { Expr, Stmt } from '../../syntax/ir.js';
import { walk } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import type { BodyReach, Trail } from '../conditions/reach.js';
import type { Resolver } from '../conditions/resolve.js';
import { FALSE, type Formula, type Formulas } from '../formulas/formula.js';
import { calleeName } from '../values/expressions.js';
import type { FunctionContext } from './context.js';
import { apiFormula } from './decision.js';

type Step = 'unmap' | 'sync' | 'error' | 'limit' | 'device';

const kinds: Readonly<Record<Step, string>> = {
  unmap: 'unmap_elided',
  sync: 'sync_elided',
  error: 'error_check_elided',
  limit: 'limit_elided',
  device: 'dma_dev_export',
};

/** A test one of whose outcomes means that the DMA API is used. */
interface DecidingTest {
  readonly statement: Extract<Stmt, { kind: 'if' }>;
  readonly test: Expr;
  /** The outcome that leads to the DMA API. */
  readonly apiWhen: boolean;
  readonly truth: Formula;
}

export function elisions(ctx: FunctionContext): void {
  if (ctx.role !== 'guest' || !mayElide(ctx)) return;
  const api = apiFormula(ctx.resolver);
  if (api === null) return;
  for (const { variant, reach } of ctx.resolver.reachOf(ctx.fn).variants) {
    for (const test of decidingTests(ctx.fn, variant.body, reach, api, ctx.resolver))
      report(ctx, test, variant.body, reach);
  }
}

/** False where no DMA API step is made at all, so that nothing need be resolved. */
function mayElide(ctx: FunctionContext): boolean {
  return ctx.fn.returnType.base === 'struct device' || makesStep(ctx.fn, ctx.resolver, 2);
}

function decidingTests(
  fn: FunctionRef,
  body: readonly Stmt[],
  reach: BodyReach,
  api: Formula,
  resolver: Resolver,
): DecidingTest[] {
  const { formulas } = resolver.atoms;
  const tests: DecidingTest[] = [];
  /** A test of a mapping's result tells that there was one; it decides nothing. */
  const makesMapping = (test: Expr): boolean => {
    let isFound = false;
    walk([test], (node) => {
      if (node.kind === 'call') isFound ||= stepOf(node, fn, resolver, 2) !== null;
    });
    return isFound;
  };
  walk(body, (node) => {
    if (node.kind !== 'if' || makesMapping(node.test) || asksForSync(node.test)) return;
    const truth = reach.truths.get(node.test);
    if (truth === undefined || truth <= 1) return;
    if (formulas.implies(truth, api)) tests.push({ statement: node, test: node.test, apiWhen: true, truth });
    else if (formulas.implies(formulas.not(truth), api)) {
      tests.push({ statement: node, test: node.test, apiWhen: false, truth });
    }
  });
  return tests;
}

/** "Is a sync needed?" is asked of the DMA API; leaving the sync out on its word is no bypass. */
function asksForSync(test: Expr): boolean {
  let isFound = false;
  walk([test], (node) => {
    const name = node.kind === 'member' ? node.field : node.kind === 'name' ? node.name : '';
    isFound ||= syncQueries.test(name);
  });
  return isFound;
}

function report(ctx: FunctionContext, decided: DecidingTest, body: readonly Stmt[], reach: BodyReach): void {
  const step = stepUnder(ctx, decided, body, reach);
  if (step === null) return;
  const { formulas } = ctx.resolver.atoms;
  const skipped = decided.apiWhen ? formulas.not(decided.truth) : decided.truth;
  ctx.emit(kinds[step], skipSpan(decided), { guardAt: decided.test, own: skipped });
}

/** The test, and the statement that leaves the step out when it is one: `if (!vq->use_dma_api) return;`. */
function skipSpan(decided: DecidingTest): Span {
  const { statement, test } = decided;
  if (decided.apiWhen) return test;
  return { start: test.start, end: statement.then.end };
}

/**
 * The first DMA API step that is reached only by way of the API outcome of the test. Where that is a mapping, the other
 * outcome makes a physical address instead, which is a site of its own and no omission.
 */
function stepUnder(
  ctx: FunctionContext,
  decided: DecidingTest,
  body: readonly Stmt[],
  reach: BodyReach,
): Step | null {
  const { formulas } = ctx.resolver.atoms;
  let found: Step | 'map' | null = null;
  walk(body, (node) => {
    if (found !== null) return;
    const here = reach.reached.get(node);
    if (here === undefined) return;
    const held = heldOn(here.trail, decided.test);
    if (
      held === null ? !isJumpedOver(node, here.formula, decided, reach, formulas) : held !== decided.apiWhen
    )
      return;
    if (node.kind === 'call') found = stepOf(node, ctx.fn, ctx.resolver, 2);
    else if (node.kind === 'return' && node.value !== null && returnsDevice(ctx, node.value))
      found = 'device';
  });
  return found === 'map' ? null : found;
}

/** The outcome of `test` that the trail comes by; null when it comes by neither alone. */
function heldOn(trail: Trail | null, test: Expr): boolean | null {
  for (let t = trail; t !== null; t = t.up) if (t.test === test) return t.held;
  return null;
}

/**
 * True of a step behind the joint of several tests, each of which jumps away from it: of all that come to the test, only
 * those with the API outcome come to the step.
 */
function isJumpedOver(
  node: Span,
  comesTo: Formula,
  decided: DecidingTest,
  reach: BodyReach,
  formulas: Formulas,
): boolean {
  const { statement, test, truth, apiWhen } = decided;
  if (node.start < statement.end || !leaves(apiWhen ? statement.otherwise : statement.then)) return false;
  const asked = reach.reached.get(test)?.formula;
  if (asked === undefined) return false;
  const api = apiWhen ? truth : formulas.not(truth);
  const both = formulas.and(asked, comesTo);
  return both !== FALSE && !formulas.implies(asked, api) && formulas.implies(both, api);
}

function leaves(branch: Stmt | null): boolean {
  const last = branch?.kind === 'block' ? branch.body.at(-1) : branch;
  return last?.kind === 'goto' || last?.kind === 'return';
}

function returnsDevice(ctx: FunctionContext, value: Expr): boolean {
  const type = ctx.fn.returnType;
  if (type.base !== 'struct device' || type.pointers !== 1) return false;
  return !(value.kind === 'name' && value.name === 'NULL');
}

function makesStep(fn: FunctionRef, resolver: Resolver, depth: number): boolean {
  let isFound = false;
  walk(
    fn.variants.flatMap((v) => v.body),
    (node) => {
      if (node.kind === 'call') isFound ||= stepOf(node, fn, resolver, depth) !== null;
      return !isFound;
    },
  );
  return isFound;
}

/** What step a call makes, itself or by the functions it calls. */
function stepOf(
  call: Expr & { kind: 'call' },
  fn: FunctionRef,
  resolver: Resolver,
  depth: number,
): Step | 'map' | null {
  const name = calleeName(call);
  const direct = dmaApi[name];
  if (direct === 'map' || direct === 'alloc' || direct === 'free') return 'map';
  if (direct === 'unmap' || direct === 'sync' || direct === 'error' || direct === 'limit') return direct;
  if (direct !== undefined || depth === 0 || name === '') return null;
  const targets = resolver.program.functionsNamed(name, fn.file);
  const only = targets.length === 1 ? targets[0] : undefined;
  return only === undefined ? null : stepOfFunction(only, resolver, depth - 1);
}

function stepOfFunction(fn: FunctionRef, resolver: Resolver, depth: number): Step | 'map' | null {
  const find = (): Step | 'map' | null => {
    let found: Step | 'map' | null = null;
    walk(
      fn.variants.flatMap((v) => v.body),
      (node) => {
        if (found === null && node.kind === 'call') found = stepOf(node, fn, resolver, depth);
      },
    );
    return found;
  };
  return resolver.program.ledger.answer<Step | 'map' | null>(`step ${depth}`, fn, find, null);
}
