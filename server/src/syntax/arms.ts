/**
 * Chooses ways through the `#if` groups of a chunk so that every arm is on one of them, as few as do.
 *
 * Arms of different groups are chosen together only when their conditions can hold together: what `#ifdef A` opens,
 * a later `#ifdef A` closes. An arm that can simply be there or not (whole statements, no `#else`) is always taken.
 */
import type { PpCondition } from './ir.js';
import { TokenKind } from './lexer.js';
import type { PpArm, PpGroup } from './preprocessor.js';
import type { Chunk, SourceFile } from './source.js';

/** One way through the groups. */
export interface Selection {
  /** What the choices say, one condition for each group with a choice. */
  readonly conditions: readonly PpCondition[];
  /** Arms that are not taken, in order and disjoint. */
  readonly excluded: readonly PpArm[];
}

const NONE = -1;
/** More ways than this are not followed; no kernel function comes near. */
const MOST_WAYS = 24;

interface Choice {
  readonly group: PpGroup;
  /** Arms to choose from; `NONE` for none of them. */
  readonly options: readonly number[];
  readonly children: Choice[];
  /** Options not yet on any way. */
  readonly uncovered: Set<number>;
}

const NOTHING_TO_CHOOSE: readonly Selection[] = [{ conditions: [], excluded: [] }];

export function chooseArms(file: SourceFile, chunk: Chunk): readonly Selection[] {
  const groups = groupsWithin(file, chunk);
  if (groups.length === 0) return NOTHING_TO_CHOOSE;
  const roots = choicesOf(file, chunk, groups);
  const selections: Selection[] = [];
  do {
    const isCovering = takeWay(roots, selections, true) || takeWay(roots, selections, false);
    if (!isCovering) break;
  } while (selections.length < MOST_WAYS && roots.some(wantsMore));
  return selections.length > 0 ? selections : NOTHING_TO_CHOOSE;
}

/** The groups with a directive in the chunk. */
function groupsWithin(file: SourceFile, chunk: Chunk): readonly PpGroup[] {
  if (!hasConditional(file, chunk)) return [];
  const { groups } = file;
  let from = firstAtOrAfter(groups, chunk.firstToken);
  const found: PpGroup[] = [];
  // Groups that open before the chunk and close within it: the chunk started in one of their arms.
  for (let i = from - 1; i >= 0; i--) {
    const group = groups[i] as PpGroup;
    if (group.endToken > chunk.firstToken && group.endToken <= chunk.endToken) found.unshift(group);
    else if (group.parent < 0) break;
  }
  for (; from < groups.length && (groups[from] as PpGroup).firstToken < chunk.endToken; from++) found.push(groups[from] as PpGroup);
  return found;
}

function hasConditional(file: SourceFile, chunk: Chunk): boolean {
  const { kinds } = file.tokens;
  for (let at = chunk.firstToken; at < chunk.endToken; at++) if (kinds[at] === TokenKind.directive) return true;
  return false;
}

function firstAtOrAfter(groups: readonly PpGroup[], token: number): number {
  let low = 0;
  let high = groups.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((groups[middle] as PpGroup).firstToken < token) low = middle + 1;
    else high = middle;
  }
  return low;
}

// ---- choices ---------------------------------------------------------------------------------------------------

function choicesOf(file: SourceFile, chunk: Chunk, groups: readonly PpGroup[]): readonly Choice[] {
  const roots: Choice[] = [];
  const byGroup = new Map<number, Choice>();
  for (const group of groups) {
    const options = optionsOf(file, chunk, group);
    const choice: Choice = { group, options, children: [], uncovered: new Set(options) };
    byGroup.set(group.index, choice);
    const parent = byGroup.get(group.parent);
    if (parent === undefined) roots.push(choice);
    else parent.children.push(choice);
  }
  return roots;
}

function optionsOf(file: SourceFile, chunk: Chunk, group: PpGroup): readonly number[] {
  const options: number[] = [];
  group.arms.forEach((arm, index) => {
    if (arm.condition.kind !== 'false' && arm.endToken > chunk.firstToken) options.push(index);
  });
  if (options.length === 0) return [NONE];
  const canBeAbsent = !group.hasElse && group.noneCondition.kind !== 'false' && group.firstToken >= chunk.firstToken;
  const [only] = options;
  if (canBeAbsent && only !== undefined && !isWhole(file, chunk, group.arms[only] as PpArm)) options.push(NONE);
  return options;
}

/** Whether an arm holds whole statements, members or list items, so that its absence changes nothing around it. */
function isWhole(file: SourceFile, chunk: Chunk, arm: PpArm): boolean {
  const { kinds, starts, ends } = file.tokens;
  const first = nextToken(file, arm.firstToken - 1, arm.endToken, 1);
  if (first < 0) return true;
  const last = nextToken(file, arm.endToken, arm.firstToken - 1, -1);
  const before = nextToken(file, arm.firstToken - 1, chunk.firstToken - 1, -1);
  const beforeKind = before < 0 ? TokenKind.semicolon : (kinds[before] as number);
  const isStart = beforeKind === TokenKind.semicolon || beforeKind === TokenKind.openBrace || beforeKind === TokenKind.closeBrace;
  const isAfterLabel = beforeKind === TokenKind.colon;
  const isItem = beforeKind === TokenKind.comma;
  if (!isStart && !isAfterLabel && !isItem) return false;
  if (file.text.slice(starts[first], ends[first]) === 'else') return false;
  const lastKind = kinds[last] as number;
  if (!isBalanced(kinds, arm)) return false;
  if (isItem) return lastKind === TokenKind.comma && isInBraces(file, chunk, arm);
  return lastKind === TokenKind.semicolon || lastKind === TokenKind.closeBrace || lastKind === TokenKind.colon ||
    (lastKind === TokenKind.comma && beforeKind === TokenKind.openBrace);
}

/** The nearest C token from `from` (exclusive) towards `to` (exclusive), over comments and directives; -1 for none. */
function nextToken(file: SourceFile, from: number, to: number, step: 1 | -1): number {
  const { kinds } = file.tokens;
  let isDirective = false;
  for (let at = from + step; at !== to; at += step) {
    const kind = kinds[at];
    if (kind === (step > 0 ? TokenKind.directive : TokenKind.directiveEnd)) isDirective = true;
    if (!isDirective && kind !== TokenKind.comment) return at;
    if (kind === (step > 0 ? TokenKind.directiveEnd : TokenKind.directive)) isDirective = false;
  }
  return -1;
}

function isBalanced(kinds: Uint8Array, arm: PpArm): boolean {
  let depth = 0;
  for (let at = arm.firstToken; at < arm.endToken; at++) {
    const kind = kinds[at] as number;
    if (kind < TokenKind.openParen || kind > TokenKind.closeBrace) continue;
    depth += kind % 2 === 0 ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

/** Whether the bracket around the arm is a brace: its items are initialisers or enumerators, not arguments. */
function isInBraces(file: SourceFile, chunk: Chunk, arm: PpArm): boolean {
  const { kinds } = file.tokens;
  let depth = 0;
  for (let at = arm.firstToken - 1; at >= chunk.firstToken; at--) {
    const kind = kinds[at] as number;
    if (kind < TokenKind.openParen || kind > TokenKind.closeBrace) continue;
    if (kind % 2 === 1) depth++;
    else if (depth-- === 0) return kind === TokenKind.openBrace;
  }
  return false;
}

// ---- ways ------------------------------------------------------------------------------------------------------

function wantsMore(choice: Choice): boolean {
  return choice.uncovered.size > 0 || choice.children.some(wantsMore);
}

/** Adds one more way; false when it would cover nothing new. */
function takeWay(roots: readonly Choice[], selections: Selection[], isConsistent: boolean): boolean {
  const way = new Way(isConsistent);
  for (const root of roots) way.choose(root);
  if (way.covered.length === 0 && selections.length > 0) return false;
  for (const [choice, option] of way.covered) choice.uncovered.delete(option);
  selections.push({ conditions: way.conditions, excluded: way.excluded.sort((a, b) => a.firstToken - b.firstToken) });
  return way.covered.length > 0;
}

class Way {
  readonly conditions: PpCondition[] = [];
  readonly excluded: PpArm[] = [];
  readonly covered: (readonly [Choice, number])[] = [];
  private readonly facts = new Map<string, boolean>();
  private readonly isConsistent: boolean;

  constructor(isConsistent: boolean) {
    this.isConsistent = isConsistent;
  }

  choose(choice: Choice): void {
    const { group, options } = choice;
    const option = this.pick(choice);
    if (choice.uncovered.has(option)) this.covered.push([choice, option]);
    if (options.length > 1) {
      const condition = option === NONE ? group.noneCondition : (group.arms[option] as PpArm).condition;
      this.conditions.push(condition);
      this.assume(condition, true);
    }
    group.arms.forEach((arm, index) => {
      if (index !== option) this.excluded.push(arm);
    });
    for (const child of choice.children) if (child.group.parentArm === option) this.choose(child);
  }

  private pick(choice: Choice): number {
    const { group, options } = choice;
    const possible = this.isConsistent
      ? options.filter((option) => this.evaluate(conditionOf(group, option)) !== false)
      : options;
    const from = possible.length > 0 ? possible : options;
    const wanted = from.find((option) => choice.uncovered.has(option) || wantsUnder(choice, option));
    return wanted ?? from[0] ?? NONE;
  }

  private assume(condition: PpCondition, value: boolean): void {
    switch (condition.kind) {
      case 'not':
        this.assume(condition.of, !value);
        break;
      case 'and':
        if (value) for (const part of condition.of) this.assume(part, true);
        break;
      case 'or':
        if (!value) for (const part of condition.of) this.assume(part, false);
        break;
      case 'true':
      case 'false':
        break;
      default:
        this.facts.set(keyOf(condition), value);
    }
  }

  private evaluate(condition: PpCondition): boolean | undefined {
    switch (condition.kind) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'not': {
        const of = this.evaluate(condition.of);
        return of === undefined ? undefined : !of;
      }
      case 'and':
      case 'or': {
        const deciding = condition.kind === 'or';
        const values = condition.of.map((part) => this.evaluate(part));
        if (values.includes(deciding)) return deciding;
        return values.includes(undefined) ? undefined : !deciding;
      }
      default:
        return this.facts.get(keyOf(condition));
    }
  }
}

function conditionOf(group: PpGroup, option: number): PpCondition {
  return option === NONE ? group.noneCondition : (group.arms[option] as PpArm).condition;
}

function wantsUnder(choice: Choice, option: number): boolean {
  return choice.children.some((child) => child.group.parentArm === option && wantsMore(child));
}

/** `IS_ENABLED(X)` and `defined(X)` are different questions about the same name, and are kept apart. */
function keyOf(atom: PpCondition): string {
  switch (atom.kind) {
    case 'defined':
      return `d ${atom.name}`;
    case 'enabled':
      return `${atom.test} ${atom.name}`;
    case 'opaque':
      return `o ${atom.text}`;
    default:
      return '';
  }
}
