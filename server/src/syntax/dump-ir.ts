/** Facts as compact, C-like S-expressions: for tests and for looking at what the parser made of a text. */
import type {
  ChunkFacts,
  Declarator,
  Expr,
  FunctionFacts,
  GlobalFacts,
  InitItem,
  MacroFacts,
  Param,
  PpCondition,
  RecordFacts,
  Stmt,
  TypeRef,
} from './ir.js';

/** One line for each fact; bodies are indented by two spaces a level. */
export function dumpFacts(facts: ChunkFacts): string {
  return [
    ...facts.includes.map(
      (one) => `include ${one.isSystem ? `<${one.path}>` : `"${one.path}"`}${dumpWhen(one.condition)}`,
    ),
    ...facts.macros.map(dumpMacro),
    ...facts.records.map(dumpRecord),
    ...facts.typedefs.map((one) => `typedef ${one.name} = ${dumpType(one.type)}`),
    ...facts.enumerators.map(
      (one) =>
        `enumerator ${one.tag ? `${one.tag}: ` : ''}${one.name}${one.value ? ` = ${dumpExpr(one.value)}` : ''}${dumpWhen(one.condition)}`,
    ),
    ...facts.prototypes.map(
      (one) =>
        `prototype ${dumpType(one.returnType)} ${one.name}(${dumpParams(one.params)})${dumpWhen(one.condition)}`,
    ),
    ...facts.globals.map(dumpGlobal),
    ...facts.invocations.map(
      (one) => `invocation ${one.macro}(${one.args.map(dumpExpr).join(', ')})${dumpWhen(one.condition)}`,
    ),
    ...facts.functions.map(dumpFunction),
    ...facts.unclean.map((one) => `unclean: ${one.reason}`),
  ].join('\n');
}

export function dumpFunction(facts: FunctionFacts): string {
  const head = `${facts.isStatic ? 'static ' : ''}${dumpType(facts.returnType)} ${facts.name}(${dumpParams(facts.params)})`;
  const by = facts.definedBy === null ? '' : ` by ${facts.definedBy}`;
  const problem = facts.unclean ? ` unclean: ${facts.unclean.reason}` : '';
  const variants = facts.variants.map((variant) => {
    const when = variant.when ? `  when ${dumpCondition(variant.when)}\n` : '';
    return when + variant.body.map((stmt) => dumpStmt(stmt, 1)).join('\n');
  });
  return [
    `function ${head}${by}${dumpWhen(facts.condition)}${problem}`,
    ...variants.filter((text) => text !== ''),
  ].join('\n');
}

function dumpMacro(macro: MacroFacts): string {
  const params = macro.params ? `(${macro.params.join(', ')}${macro.isVariadic ? ' ...' : ''})` : '';
  const head = `macro ${macro.name}${params}${dumpWhen(macro.condition)}`;
  if (macro.expr) return `${head} = ${dumpExpr(macro.expr)}`;
  if (macro.body) return [`${head} :`, ...macro.body.map((stmt) => dumpStmt(stmt, 1))].join('\n');
  return head;
}

function dumpRecord(record: RecordFacts): string {
  const fields = record.fields.map(
    (field) =>
      `  ${field.name}: ${dumpType(field.type)}${field.bits ? ` : ${dumpExpr(field.bits)}` : ''}${dumpWhen(field.condition)}`,
  );
  return [`record ${record.tag || '(no tag)'}${dumpWhen(record.condition)}`, ...fields].join('\n');
}

function dumpGlobal(one: GlobalFacts): string {
  const storage = `${one.isStatic ? 'static ' : ''}${one.isExtern ? 'extern ' : ''}`;
  const init = one.init ? ` = ${dumpExpr(one.init)}` : '';
  return `global ${storage}${one.name}: ${dumpType(one.type)}${init}${dumpWhen(one.condition)}`;
}

function dumpWhen(condition: PpCondition | undefined): string {
  return condition === undefined || condition.kind === 'true' ? '' : ` [${dumpCondition(condition)}]`;
}

export function dumpCondition(condition: PpCondition): string {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return condition.kind;
    case 'defined':
      return `defined(${condition.name})`;
    case 'enabled':
      return `${condition.test}(${condition.name})`;
    case 'opaque':
      return condition.text;
    case 'not':
      return `!${dumpCondition(condition.of)}`;
    case 'and':
      return `(${condition.of.map(dumpCondition).join(' && ')})`;
    case 'or':
      return `(${condition.of.map(dumpCondition).join(' || ')})`;
  }
}

export function dumpType(type: TypeRef): string {
  const base = type.typeOf ? `typeof(${dumpExpr(type.typeOf)})` : type.base || '?';
  const sizes = (type.sizes ?? []).map((size) => `[${dumpExpr(size)}]`).join('');
  const params = type.isFunction ? `(${type.params ? dumpParams(type.params) : ''})` : '';
  return `${base}${'*'.repeat(type.pointers)}${sizes}${params}`;
}

function dumpParams(params: readonly Param[]): string {
  return params
    .map((param) => (param.name ? `${param.name}: ${dumpType(param.type)}` : dumpType(param.type)))
    .join(', ');
}

// ---- statements ---------------------------------------------------------------------------------------------

export function dumpStmt(stmt: Stmt, level: number): string {
  const indent = '  '.repeat(level);
  const inner = (one: Stmt): string => dumpStmt(one, level + 1);
  const lines = (...parts: (string | null)[]): string => parts.filter((one) => one !== null).join('\n');
  switch (stmt.kind) {
    case 'decl':
      return `${indent}decl ${stmt.declarators.map(dumpDeclarator).join(', ')}`;
    case 'expr':
      return indent + dumpExpr(stmt.expr);
    case 'block':
      return lines(`${indent}{`, ...stmt.body.map(inner), `${indent}}`);
    case 'if':
      return lines(
        `${indent}if ${dumpExpr(stmt.test)}`,
        inner(stmt.then),
        stmt.otherwise && `${indent}else`,
        stmt.otherwise && inner(stmt.otherwise),
      );
    case 'loop':
      return lines(
        `${indent}${stmt.form} ${[stmt.init && dumpStmt(stmt.init, 0), stmt.test && dumpExpr(stmt.test), stmt.update && dumpExpr(stmt.update)].map((one) => one ?? '').join('; ')}`,
        inner(stmt.body),
      );
    case 'macroblock':
      return lines(
        `${indent}${stmt.isLoop ? 'loop' : 'once'} ${stmt.macro}(${stmt.args.map(dumpExpr).join(', ')})`,
        inner(stmt.body),
      );
    case 'switch':
      return lines(`${indent}switch ${dumpExpr(stmt.subject)}`, inner(stmt.body));
    case 'case':
      return `${indent}${stmt.value ? `case ${dumpExpr(stmt.value)}${stmt.upTo ? ` ... ${dumpExpr(stmt.upTo)}` : ''}` : 'default'}:`;
    case 'label':
      return `${indent}${stmt.name}:`;
    case 'goto':
      return `${indent}goto ${stmt.label ?? '*'}`;
    case 'return':
      return `${indent}return${stmt.value ? ` ${dumpExpr(stmt.value)}` : ''}`;
    case 'break':
    case 'continue':
      return indent + stmt.kind;
    case 'asm':
      return `${indent}asm(${stmt.operands.map(dumpExpr).join(', ')})${stmt.labels ? ` goto ${stmt.labels.join(', ')}` : ''}`;
    case 'opaque':
      return `${indent}opaque "${stmt.why}" (${stmt.parts.map(dumpExpr).join(', ')})`;
  }
}

function dumpDeclarator(one: Declarator): string {
  return `${one.isStatic ? 'static ' : ''}${one.name}: ${dumpType(one.type)}${one.init ? ` = ${dumpExpr(one.init)}` : ''}`;
}

// ---- expressions --------------------------------------------------------------------------------------------

export function dumpExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'name':
      return expr.name;
    case 'number':
    case 'string':
    case 'char':
      return expr.text;
    case 'call':
      return `${dumpExpr(expr.callee)}(${expr.args.map(dumpExpr).join(', ')})`;
    case 'member':
      return `${dumpExpr(expr.object)}${expr.isArrow ? '->' : '.'}${expr.field}`;
    case 'index':
      return `${dumpExpr(expr.object)}[${dumpExpr(expr.index)}]`;
    case 'unary':
      return `(${expr.op} ${dumpExpr(expr.operand)})`;
    case 'update':
      return expr.isPrefix
        ? `(${expr.op}${dumpExpr(expr.operand)})`
        : `(${dumpExpr(expr.operand)}${expr.op})`;
    case 'binary':
      return `(${dumpExpr(expr.left)} ${expr.op} ${dumpExpr(expr.right)})`;
    case 'assign':
      return `(${dumpExpr(expr.target)} ${expr.op} ${dumpExpr(expr.value)})`;
    case 'conditional':
      return `(${dumpExpr(expr.test)} ? ${expr.then ? `${dumpExpr(expr.then)} ` : ''}: ${dumpExpr(expr.otherwise)})`;
    case 'cast':
      return `cast<${dumpType(expr.type)}>(${dumpExpr(expr.operand)})`;
    case 'sizeof':
      return `${expr.op}<${[expr.type && dumpType(expr.type), expr.operand && dumpExpr(expr.operand)].filter(Boolean).join(', ')}>`;
    case 'type':
      return `type<${dumpType(expr.type)}>`;
    case 'init':
      return `${expr.type ? `<${dumpType(expr.type)}>` : ''}{ ${expr.items.map(dumpItem).join(', ')} }`;
    case 'statements':
      return `({ ${expr.body.map((stmt) => dumpStmt(stmt, 0).replaceAll(/\s*\n\s*/g, '; ')).join('; ')} })`;
    case 'comma':
      return `(${expr.parts.map(dumpExpr).join(', ')})`;
    case 'opaque':
      return `opaque "${expr.why}" (${expr.parts.map(dumpExpr).join(', ')})`;
  }
}

function dumpItem(item: InitItem): string {
  const path = item.designators
    .map((one) => (typeof one === 'string' ? `.${one}` : `[${dumpExpr(one)}]`))
    .join('');
  return `${path}${path ? ' = ' : ''}${dumpExpr(item.value)}${dumpWhen(item.condition)}`;
}
