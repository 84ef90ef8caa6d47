/**
 * Whether anything but its initialiser may give a variable its value: code, a module parameter, whoever is given its address.
 * A variable that is only read keeps what it began with; of any other a run knows nothing.
 */
import { transparentCalls } from '@vringside/grammars/guest-facts';
import { readingMacros, silentCalls } from '@vringside/grammars/leaf-bindings';
import { storeCalls } from '@vringside/grammars/store-calls';
import type { GlobalRef, MacroRef, Program } from '../../../program/index.js';
import type { CallExpr, NameExpr } from '../../../syntax/ir.js';
import { type Node, type Path, walk } from '../../../syntax/walk.js';
import { calleeName } from '../../values/expressions.js';

/** Macros inside macros that are looked into; past them anything may happen. */
const MAX_NESTING = 6;

/** Macros at file level that leave the variable alone. Origin: include/linux/export.h (6.12). */
const harmless = /^_*EXPORT_/;

/** Whether a store to the variable stands in a file that can mean it. */
export function maySet(program: Program, variable: GlobalRef): boolean {
  return isSet(program, variable, setsNumber);
}

/** The same for a table or record: drivers hand its address to whoever reads it, so that only calls may store through it. */
export function maySetPart(program: Program, variable: GlobalRef): boolean {
  return isSet(program, variable, setsPart);
}

/** What counts as a store. */
interface Kind {
  /** Macros at file level that are given the name. */
  readonly invocation: (macro: string) => boolean;
  readonly isByAddress: boolean;
}

const setsNumber: Kind = { invocation: (macro) => !harmless.test(macro), isByAddress: true };
const setsPart: Kind = { invocation: (macro) => /param/.test(macro), isByAddress: false };

/** Most are stored to where they are defined: the tree is searched for the others alone, which takes a second. */
function isSet(program: Program, variable: GlobalRef, kind: Kind): boolean {
  const { file } = variable;
  return (
    setIn(program, file, variable, kind) ||
    filesBeyond(program, variable).some((other) => setIn(program, other, variable, kind))
  );
}

/** The other files whose code may name the variable; none where it is the file's own. */
function filesBeyond(program: Program, { name, file, isStatic }: GlobalRef): readonly string[] {
  if (isStatic && !/\.h$/i.test(file)) return [];
  return program.filesMentioning([name], ['']).filter((other) => {
    if (other === file) return false;
    const meant = program.global(name, other);
    return meant === null || meant.isExtern || meant.file === file;
  });
}

function setIn(program: Program, file: string, { name }: GlobalRef, kind: Kind): boolean {
  return program.chunksMentioning(file, name).some((chunk) => {
    const facts = program.chunkFacts({ file, chunk });
    if (facts === null) return true;
    const isIn = (body: readonly Node[], isMeant: (at: NameExpr) => boolean): boolean =>
      storesIn(program, file, body, name, isMeant, kind.isByAddress);
    const always = (): boolean => true;
    return (
      facts.invocations.some(({ macro, args }) => kind.invocation(macro) && mentions(args, name)) ||
      facts.globals.some(({ init }) => init !== null && isIn([init], always)) ||
      facts.macros.some((macro) => isIn(bodyOf(macro), always)) ||
      facts.functions.some((fn) => {
        const scope = program.scopeOf(fn);
        const isMeant = (at: NameExpr): boolean => scope.lookup(name, at.start) === null;
        return fn.variants.some(({ body }) => isIn(body, isMeant));
      })
    );
  });
}

function mentions(nodes: readonly Node[], name: string): boolean {
  let isThere = false;
  walk(nodes, (node) => {
    if (node.kind === 'name' && node.name === name) isThere = true;
  });
  return isThere;
}

function bodyOf({ expr, body }: MacroRef): readonly Node[] {
  return expr === null ? (body ?? []) : [expr];
}

/** Whether code stores to the name, or gives its address away. */
export function storesIn(
  program: Program,
  file: string,
  code: readonly Node[],
  name: string,
  isMeant: (at: NameExpr) => boolean,
  isByAddress = true,
  depth = 0,
): boolean {
  let isStored = false;
  walk(code, (node, up) => {
    if (isStored || node.kind === 'sizeof') return false;
    if (node.kind === 'name' && node.name === name && isMeant(node))
      isStored = isStoredAt({ program, file, isByAddress, depth }, node, up);
    return true;
  });
  return isStored;
}

interface Asked {
  readonly program: Program;
  readonly file: string;
  readonly isByAddress: boolean;
  readonly depth: number;
}

/** Whether what is around a name stores to it: the name itself, an element or a field of it. */
function isStoredAt(at: Asked, name: NameExpr, path: Path | null): boolean {
  let value: Node = name;
  let isAddress = !at.isByAddress;
  for (let up = path; up !== null; up = up.up) {
    const around = up.node;
    switch (around.kind) {
      case 'assign':
        return around.target === value;
      case 'update':
      case 'asm':
      case 'opaque':
        return true;
      case 'unary':
        if (around.op !== '&') return false;
        if (at.isByAddress) return true;
        isAddress = true;
        break;
      case 'member':
        if (around.isArrow) return false;
        isAddress = false;
        break;
      case 'index':
        if (around.object !== value) return false;
        isAddress = false;
        break;
      case 'cast':
        break;
      case 'call':
        return isStoredByCall(at, around, value, isAddress);
      default:
        return false;
    }
    value = around;
  }
  return false;
}

/** A function stores to what it is given the address of, a macro to anything. */
function isStoredByCall(asked: Asked, call: CallExpr, value: Node, isAddress: boolean): boolean {
  const { program, file, isByAddress, depth } = asked;
  const name = calleeName(call);
  const args: readonly Node[] = call.args;
  const at = args.indexOf(value);
  if (at < 0 || transparentCalls.has(name) || silentCalls.test(name) || readingMacros.has(name)) return false;
  const store = storeCalls.get(name);
  if (store !== undefined) return store.target === at;
  const always = (): boolean => true;
  const macros = program.macro(name, file);
  if (macros.length === 0) return isAddress && !/^__builtin_/.test(name);
  return macros.some((macro) => {
    const param = macro.params?.[Math.min(at, macro.params.length - 1)];
    if (param === undefined || depth >= MAX_NESTING) return true;
    return storesIn(program, file, bodyOf(macro), param, always, isByAddress, depth + 1);
  });
}
