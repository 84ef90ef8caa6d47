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
import { wholeArms } from './whole-arms.js';

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
/** Characters of all ways together, beyond which no more are followed. */
const MOST_TEXT = 4_000_000;
/** Groups nested deeper are chosen from without regard to those around. */
const DEEPEST = 100;

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
  const most = Math.max(2, Math.min(MOST_WAYS, Math.floor(MOST_TEXT / (chunk.end - chunk.start + 1))));
  do {
    const isCovering = takeWay(roots, selections, true) || takeWay(roots, selections, false);
    if (!isCovering) break;
  } while (selections.length < most && roots.some(wantsMore));
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
  for (; from < groups.length && (groups[from] as PpGroup).firstToken < chunk.endToken; from++)
    found.push(groups[from] as PpGroup);
  return found;
}

function hasConditional(file: SourceFile, chunk: Chunk): boolean {
  const { kinds } = file.tokens;
  for (let at = chunk.firstToken; at < chunk.endToken; at++)
    if (kinds[at] === TokenKind.directive) return true;
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
  const whole = wholeArms(file, chunk, groups);
  const byGroup = new Map<number, Choice>();
  const depths = new Map<number, number>();
  for (const group of groups) {
    const options = optionsOf(chunk, group, whole);
    const choice: Choice = { group, options, children: [], uncovered: new Set(options) };
    byGroup.set(group.index, choice);
    const parent = byGroup.get(group.parent);
    const depth = (depths.get(group.parent) ?? 0) + 1;
    depths.set(group.index, depth);
    if (parent === undefined || depth > DEEPEST) roots.push(choice);
    else parent.children.push(choice);
  }
  return roots;
}

function optionsOf(chunk: Chunk, group: PpGroup, whole: ReadonlySet<PpArm>): readonly number[] {
  const options: number[] = [];
  group.arms.forEach((arm, index) => {
    if (arm.condition.kind !== 'false' && arm.endToken > chunk.firstToken) options.push(index);
  });
  if (options.length === 0) return [NONE];
  const canBeAbsent =
    !group.hasElse && group.noneCondition.kind !== 'false' && group.firstToken >= chunk.firstToken;
  const [only] = options;
  if (canBeAbsent && only !== undefined && !whole.has(group.arms[only] as PpArm)) options.push(NONE);
  return options;
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
  selections.push({
    conditions: way.conditions,
    excluded: way.excluded.sort((a, b) => a.firstToken - b.firstToken),
  });
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
