/** The questions that the walk of one function's body asks of the rest of the program. */
import { type FeatureCall, featureCalls } from '@vringside/grammars/feature-names';
import { configTests, guestPredicates, stateFields, stateNumbers } from '@vringside/grammars/guest-facts';
import type { FunctionRef, Scope } from '../../program/index.js';
import type { Expr, MacroFacts, PpCondition } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import type { Atoms } from '../formulas/atoms.js';
import { FALSE, type Formula, TRUE } from '../formulas/formula.js';
import { calleeName } from '../values/expressions.js';
import { featureOf, maskFeatures, shiftedBit } from '../values/features.js';
import { printExpr } from '../values/print.js';
import { expandMacro } from '../values/substitute.js';
import { constantTruth } from './constants.js';
import type { TruthSource } from './reach.js';
import { functionKey, type PassedFlags, type Resolver } from './resolve.js';
import type { CalleeName, StepsOf } from './steps.js';

/** Answers the body walk's questions for one function. */
export class FunctionTruth implements TruthSource {
  readonly atoms: Atoms;
  private readonly scope: Scope;
  private readonly key: string;
  private readonly ownCondition: Formula;
  private readonly resolver: Resolver;
  private readonly ref: FunctionRef;
  private readonly steps: Map<Expr, StepsOf>;
  private readonly macros: (name: string) => readonly MacroFacts[];
  private readonly paramNames: readonly string[];
  private readonly passed: PassedFlags | null;
  private expansions = 0;

  /** `passed`: what all callers give for flags; null: parameters stand for themselves. */
  constructor(resolver: Resolver, ref: FunctionRef, steps: Map<Expr, StepsOf>, passed: PassedFlags | null) {
    this.resolver = resolver;
    this.ref = ref;
    this.steps = steps;
    this.passed = passed;
    this.atoms = resolver.atoms;
    this.key = functionKey(ref);
    this.scope = resolver.program.scopeOf(ref);
    this.ownCondition = resolver.ppFormula(ref.condition);
    this.macros = (name) => resolver.program.macro(name, ref.file);
    this.paramNames = ref.params.map((p) => p.name);
  }

  name(expr: Expr & { kind: 'name' }): Formula {
    if (expr.name === 'true') return TRUE;
    if (expr.name === 'false' || expr.name === 'NULL') return FALSE;
    if (expr.name in guestPredicates) return this.atoms.of({ kind: 'guest', name: expr.name, argument: '' });
    if (expr.name.startsWith('CONFIG_')) return this.atoms.of({ kind: 'config', name: expr.name });
    for (const macro of this.macros(expr.name)) {
      const constant = macro.expr === null || macro.params !== null ? null : constantTruth(macro.expr);
      if (constant !== null) return constant;
    }
    // Error numbers and other enumerators used as values are non-zero unless they say otherwise.
    if (/^E[A-Z0-9]+$/.test(expr.name)) return TRUE;
    return this.opaque(expr, 'global');
  }

  parameter(index: number): Formula {
    const passed = this.passed?.get(index);
    if (passed !== undefined) return passed;
    const { file, start: at } = this.ref;
    const name = this.paramNames[index] ?? '';
    return this.atoms.parameter({ kind: 'param', scope: this.key, index, name }, { file, at });
  }

  member(expr: Expr & { kind: 'member' }): Formula {
    const record = this.recordOf(expr);
    if (record === null) return this.opaque(expr, '');
    if (stateFields.some((s) => s.field === expr.field)) {
      return this.atoms.of({
        kind: 'state',
        name: `${record.replace(/^(?:struct|union) /, '')}.${expr.field}`,
        field: expr.field,
      });
    }
    const { field } = expr;
    const resolved = this.resolver.fieldFormula(record, field);
    if (resolved === null) return this.opaque(expr, '');
    this.steps.set(expr, { question: 'field', record, field });
    return resolved;
  }

  private recordOf(expr: Expr & { kind: 'member' }): string | null {
    const type = this.resolver.program.typeOf(expr.object, this.scope);
    return type === null || type.base === '' ? null : type.base;
  }

  call(expr: Expr & { kind: 'call' }, truth: (e: Expr) => Formula): Formula {
    const name = calleeName(expr);
    if (name === '') return this.indirectCall(expr, truth);
    if (configTests.has(name)) {
      const option = expr.args[0];
      if (option?.kind === 'name') return this.atoms.of({ kind: 'config', name: option.name });
    }
    const featureCall = featureCalls[name];
    if (featureCall !== undefined && isAbsenceTest(name))
      return this.atoms.formulas.not(this.featureTest(featureCall, expr));
    if (featureCall?.isTest === true) return this.featureTest(featureCall, expr);
    if (name in guestPredicates) {
      const argument = expr.args[0];
      return this.atoms.of({
        kind: 'guest',
        name,
        argument: argument?.kind === 'name' && /^[A-Z][A-Z0-9_]+$/.test(argument.name) ? argument.name : '',
      });
    }
    const expanded = this.expand(expr, name, truth);
    if (expanded !== null) return expanded;
    return this.functionResult(expr, { by: 'name', name, file: this.ref.file }, truth);
  }

  private featureTest(call: FeatureCall, expr: Expr & { kind: 'call' }): Formula {
    const bit = expr.args[call.bit];
    if (bit === undefined) return this.opaque(expr, '');
    return this.featureAtom(bit, call.of === 'offered' ? 'offered' : 'negotiated') ?? this.opaque(expr, '');
  }

  private featureAtom(bit: Expr, of: 'negotiated' | 'offered'): Formula | null {
    const feature = featureOf(bit, this.macros);
    if (feature !== null) return this.atoms.of({ kind: 'feature', name: feature, of });
    const index = bit.kind === 'name' ? this.paramNames.indexOf(bit.name) : -1;
    const { file, start: at } = this.ref;
    return index >= 0
      ? this.atoms.parameter({ kind: 'paramFeature', scope: this.key, index, of }, { file, at })
      : null;
  }

  private expand(expr: Expr & { kind: 'call' }, name: string, truth: (e: Expr) => Formula): Formula | null {
    if (this.expansions > 8) return null;
    for (const macro of this.macros(name)) {
      const body = expandMacro(macro, expr.args);
      if (body === null) continue;
      this.expansions += 1;
      const result = truth(body);
      this.expansions -= 1;
      if (this.atoms.hasNamed(result)) return result;
    }
    return null;
  }

  /** A call through a pointer in a struct: known when only one function is ever stored there. */
  private indirectCall(expr: Expr & { kind: 'call' }, truth: (e: Expr) => Formula): Formula {
    const callee = expr.callee.kind === 'unary' && expr.callee.op === '*' ? expr.callee.operand : expr.callee;
    if (callee.kind !== 'member') return this.opaque(expr, '');
    const record = this.recordOf(callee);
    if (record === null) return this.opaque(expr, '');
    return this.functionResult(expr, { by: 'field', record, field: callee.field }, truth);
  }

  private functionResult(
    expr: Expr & { kind: 'call' },
    name: CalleeName,
    truth: (e: Expr) => Formula,
  ): Formula {
    const { formulas } = this.atoms;
    const callee = this.resolver.callee(name);
    if (callee === null) return this.opaque(expr, '');
    let formula: Formula = FALSE;
    for (const { key, own, result } of callee.targets) {
      const bound = this.bindArguments(result, key, expr.args, truth);
      formula = formulas.or(formula, formulas.and(own, bound));
    }
    if (!this.atoms.hasNamed(formula)) return formula <= TRUE ? formula : this.opaque(expr, '');
    // A pointer mostly says whether an allocation or a look-up succeeded: no fact, unless a fact alone can prevent it.
    if (callee.isPointer && this.atoms.namedPart(formula) === TRUE) return this.opaque(expr, '');
    this.steps.set(expr, { question: 'callee', callee: name });
    return formula;
  }

  /** Puts what the caller passes in place of the callee's parameters. */
  private bindArguments(
    f: Formula,
    scope: string,
    args: readonly Expr[],
    truth: (e: Expr) => Formula,
  ): Formula {
    return this.atoms.formulas.substitute(f, (index) => {
      const atom = this.atoms.get(index);
      if ((atom.kind !== 'param' && atom.kind !== 'paramFeature') || atom.scope !== scope) return undefined;
      const arg = args[atom.index];
      if (arg === undefined) return undefined;
      return atom.kind === 'param'
        ? truth(arg)
        : (this.featureAtom(arg, atom.of) ?? this.opaque(arg, 'feature'));
    });
  }

  /** `vm_dev->version == 1`, `vcdev->revision >= 1`: a transport's revision is a fact of its own. */
  comparison(op: string, left: Expr, right: Expr): Formula | null {
    if (left.kind !== 'member' || right.kind !== 'number' || !stateNumbers.has(left.field)) return null;
    const record = this.recordOf(left);
    if (record === null) return null;
    const name = `${record.replace(/^(?:struct|union) /, '')}.${left.field}`;
    const value = Number(right.text);
    const equals = (n: number): Formula =>
      this.atoms.of({ kind: 'state', name: `${name} == ${n}`, field: left.field });
    const { formulas } = this.atoms;
    if (op === '==') return equals(value);
    if (op === '!=') return formulas.not(equals(value));
    if ((op === '>' && value === 0) || (op === '>=' && value === 1)) return formulas.not(equals(0));
    if ((op === '<' && value === 1) || (op === '<=' && value === 0)) return equals(0);
    return this.atoms.of({ kind: 'state', name: `${name} ${op} ${value}`, field: left.field });
  }

  maskTest(left: Expr, right: Expr): Formula | null {
    // `set & ~mask` asks about all the other bits.
    if (isComplement(left) || isComplement(right)) return null;
    return this.maskSide(left, right) ?? this.maskSide(right, left);
  }

  private maskSide(mask: Expr, set: Expr): Formula | null {
    const of = /offer|device_feat|host_feat|hw_feat|get_features|supported/i.test(printExpr(set))
      ? 'offered'
      : 'negotiated';
    const names = maskFeatures(mask, this.macros);
    if (names.length > 0) {
      return names.reduce(
        (f, name) => this.atoms.formulas.or(f, this.atoms.of({ kind: 'feature', name, of })),
        FALSE,
      );
    }
    const bit = shiftedBit(mask);
    return bit === null ? null : this.featureAtom(bit, of);
  }

  opaque(expr: Expr, version: string): Formula {
    const text = printExpr(expr);
    const { file, start: at, name } = this.ref;
    return this.atoms.opaque({ file, at, what: `${name} ${version} ${text}` }, text);
  }

  regionOf(offset: number): Formula {
    const here = this.resolver.conditionAt(this.ref.file, offset);
    return here === this.ownCondition ? TRUE : here;
  }

  condition(condition: PpCondition): Formula {
    return this.resolver.ppFormula(condition);
  }
}

/** `virtio_cread_feature()` gives an error exactly when the feature is absent. */
function isAbsenceTest(name: string): boolean {
  return /^virtio_cread(?:_le)?_feature$/.test(name);
}

function isComplement(expr: Expr): boolean {
  const e = uncast(expr);
  return e.kind === 'unary' && e.op === '~';
}
