/** What a name means here in one configuration: of several definitions, the one that is compiled. */
import { errorNumbers, featureNumbers, statusNumbers } from '@vringside/grammars/known-constants';
import {
  bootFolders,
  borrowedFolders,
  deviceNumbers,
  suppliedByArchitecture,
} from '@vringside/grammars/leaf-bindings';
import type {
  Bag,
  EnumeratorRef,
  FunctionRef,
  GlobalRef,
  MacroRef,
  Program,
  Scope,
} from '../../../program/index.js';

import type { PpCondition, Stmt } from '../../../syntax/ir.js';
import { Expansions } from '../macros/expand.js';
import { int, type Truth, type UnknownValue, unknownValue, type Value } from '../numbers/value.js';
import { type Configuration, conditionHolds } from './configuration.js';
import { isBuilt } from './makefiles.js';
import { entry } from './tables.js';

/** One definition, none, or several of which it is not known which is compiled. */
export type Found<T> = T | UnknownValue | null;

/** Names made so far: each has expansions of its own. */
let count = 0;

export class Names {
  readonly program: Program;
  readonly arch: string;
  readonly configuration: Configuration;
  /** Functions found outside the selected files, by name: boot code of the architecture. */
  readonly beyond = new Map<string, FunctionRef>();
  private readonly number = ++count;

  constructor(program: Program, arch: string, configuration: Configuration) {
    this.program = program;
    this.arch = arch;
    this.configuration = configuration;
  }

  function(name: string, from: string): Found<FunctionRef> {
    const ofArch = suppliedByArchitecture.has(name) ? this.architectureFunction(name) : null;
    if (ofArch !== null) return ofArch;
    const found = this.compiled(this.program.functionsNamed(name, from), name);
    return found ?? this.beyond.get(name) ?? null;
  }

  /** The architecture's own version of a function that has a generic one. */
  private architectureFunction(name: string): Found<FunctionRef> {
    return this.compiled(this.program.functionsBelow([name], [`arch/${this.arch}`]), name);
  }

  /** As above for a function that boot code has installed: it may stand beyond the selected files. */
  installedFunction(name: string, from: string): Found<FunctionRef> {
    const near = this.function(name, from);
    if (near !== null) return near;
    return this.compiled(this.program.functionsBelow([name], [...this.archFolders, ...bootFolders]), name);
  }

  /** The architecture's own folders. */
  private get archFolders(): readonly string[] {
    return [`arch/${this.arch}`, ...(borrowedFolders[this.arch] ?? [])];
  }

  /**
   * Files whose code, or declarations for such code, run at boot, and mention a word. Folders that all architectures share are
   * searched once for all of them.
   */
  bootFiles(words: readonly string[]): readonly string[] {
    const shared = this.program.filesMentioning(words, bootFolders);
    return [...this.program.filesMentioning(words, this.archFolders), ...shared];
  }

  expansions(scope: Scope): Bag<Expansions> {
    return this.program.ledger.bag(`expansions ${this.number}`, scope, () => new Expansions());
  }

  macro(name: string, from: string): Found<MacroRef> {
    return this.compiled(this.program.macro(name, from), name);
  }

  global(name: string, from: string): GlobalRef | null {
    const found = this.program.global(name, from);
    return found === null || this.isForeign(found.file) ? null : found;
  }

  enumerator(name: string, from: string): EnumeratorRef | null {
    return this.program.enumerator(name, from);
  }

  /** Numbers of names that the tree's headers do not hold. */
  knownConstant(name: string): Value | null {
    for (const table of [errorNumbers, featureNumbers, statusNumbers, deviceNumbers]) {
      const number = entry(table, name);
      if (number !== undefined) return int(number, 32);
    }
    return null;
  }

  holds(condition: PpCondition): Truth {
    return conditionHolds(condition, this.configuration);
  }

  /** Whether the place in a file is compiled. */
  isCompiledAt(file: string, offset: number): Truth {
    const condition = this.program.conditionAt(file, offset);
    return condition === null ? true : this.holds(condition);
  }

  /** The reading of a function's body in this configuration. */
  body(fn: FunctionRef): readonly Stmt[] | UnknownValue {
    const possible: { body: readonly Stmt[]; doubt: UnknownValue }[] = [];
    for (const { when, body } of fn.variants) {
      const truth = when === null ? true : this.holds(when);
      if (truth === true) return body;
      if (truth !== false) possible.push({ body, doubt: truth });
    }
    const [first, ...others] = possible;
    if (first === undefined) return unknownValue(`no reading of ${fn.name}() in ${this.configuration.name}`);
    return others.length === 0 ? first.body : first.doubt;
  }

  /** Of several definitions, the one that is compiled. */
  compiled<T extends MacroRef | FunctionRef>(candidates: readonly T[], name: string): Found<T> {
    let doubt: Truth = false;
    let doubtful: T | null = null;
    let count = 0;
    for (const candidate of candidates) {
      const truth = this.isCompiled(candidate);
      if (truth === true) return candidate;
      if (truth === false) continue;
      doubt = truth;
      doubtful = candidate;
      count += 1;
    }
    if (count <= 1) return doubtful;
    return typeof doubt === 'boolean' ? null : unknownValue(`which ${name} is compiled: ${doubt.why}`);
  }

  private isCompiled(fact: MacroRef | FunctionRef): Truth {
    if (this.isForeign(fact.file)) return false;
    const own = this.holds(fact.condition);
    return own === true ? isBuilt(this.program, fact.file, this.configuration) : own;
  }

  private isForeign(file: string): boolean {
    const arch = /^(?:tools\/)?arch\/([^/]+)\//.exec(file)?.[1];
    if (arch === undefined || arch === this.arch) return false;
    return !(borrowedFolders[this.arch] ?? []).some((folder) => file.startsWith(`${folder}/`));
  }
}
