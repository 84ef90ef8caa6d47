/** The steps of a phase told as a film: what belongs together is one scene, with the words and bytes that say it. */
import type { Event } from '../../model/index.js';
import { count } from '../style.js';
import { sizeText } from '../throughput/units.js';
import type { Phase, Step } from './phases.js';
import { detailOf, isAmiss } from './step-words.js';

export type SceneKind =
  | 'pool'
  | 'offer'
  | 'keep'
  | 'accept'
  | 'decide'
  | 'ring'
  | 'fill'
  | 'map'
  | 'copy'
  | 'describe'
  | 'publish'
  | 'kick'
  | 'look'
  | 'read'
  | 'answer'
  | 'collect'
  | 'release'
  | 'other';

export interface Scene {
  readonly kind: SceneKind;
  readonly actor: Event['actor'];
  /** What happens, in a few words: `3 copies into the pool, 4112 B`. */
  readonly title: string;
  /** What says more: the decision, or what went wrong; '' where there is nothing. */
  readonly detail: string;
  readonly isAmiss: boolean;
  /** The step that shows best what happens here. */
  readonly key: Step;
  readonly steps: readonly Step[];
}

/** In the order in which each begins. */
export function scenesOf(phase: Phase): readonly Scene[] {
  const groups = new Map<string, Step[]>();
  for (const step of phase.steps) {
    const kind = kindOf(step);
    // Two actors never share a scene.
    const id = `${kind} ${kind === 'ring' || kind === 'pool' ? '' : step.event.actor}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [step]);
    else group.push(step);
  }
  return [...groups.values()].flatMap((steps) => {
    const [first] = steps;
    return first === undefined ? [] : [sceneOf(kindOf(first), first, steps)];
  });
}

const kinds: Readonly<Record<string, SceneKind>> = {
  'features offered': 'offer',
  'features kept': 'keep',
  'features validated': 'keep',
  FEATURES_OK: 'accept',
  'device refused': 'accept',
  'DMA decision': 'decide',
  'ring in plain pages': 'ring',
  'buffer filled': 'fill',
  'buffer to fill': 'fill',
  'physical address': 'map',
  'direct mapping': 'map',
  'IOMMU mapping': 'map',
  'bounce slots taken': 'map',
  'bounce slots allocated': 'map',
  'bounce map failed': 'map',
  'bounce copy to the device': 'copy',
  'bounce copy from the device': 'release',
  'bounce slots freed': 'release',
  'table descriptor written': 'describe',
  'descriptor written': 'describe',
  'available entry written': 'publish',
  'available index written': 'publish',
  'descriptor made available': 'publish',
  exposed: 'kick',
};

function kindOf({ event, wrote }: Step): SceneKind {
  const { actor, what } = event;
  if (actor === 'device' && what === 'read') return wrote === null ? 'look' : 'read';
  if (actor === 'device' && what === 'write') return 'answer';
  const known = kinds[what];
  if (known !== undefined) return known;
  if (/^pages? (?:shared|converted)|^coherent memory/.test(what))
    return what === 'pages shared' ? 'pool' : 'ring';
  if (what.startsWith('bounce pool')) return 'pool';
  if (what.startsWith('used ')) return 'collect';
  return 'other';
}

function sceneOf(kind: SceneKind, first: Step, steps: readonly Step[]): Scene {
  const amiss = steps.filter(({ event }) => isAmiss(event));
  const isWrong = amiss.length > 0;
  const key = keyOf(isWrong ? amiss : steps) ?? first;
  return {
    kind,
    actor: kind === 'ring' || kind === 'pool' ? 'kernel' : first.event.actor,
    title: titleOf(kind, steps, key),
    detail: saysMore(kind, key, isWrong),
    isAmiss: isWrong,
    key,
    steps,
  };
}

/** The one with most bytes to show; of steps without bytes the last, which completes what the others began. */
function keyOf(steps: readonly Step[]): Step | undefined {
  const shown = steps.filter(({ event, wrote }) => wrote !== null || event.seen !== null);
  const most = Math.max(...shown.map(({ event }) => event.bytes));
  return shown.find(({ event }) => event.bytes === most) ?? steps.at(-1);
}

function titleOf(kind: SceneKind, steps: readonly Step[], { event }: Step): string {
  const n = steps.length;
  switch (kind) {
    case 'pool':
      return `a pool of ${sizeText(largest(steps))}${isSharedPool(steps) ? ', shared with the host' : ''}`;
    case 'offer':
      return 'offers feature bits';
    case 'keep':
      return 'keeps what it knows';
    case 'accept':
      return event.what === 'device refused' ? 'refuses the device' : 'accepts the device';
    case 'decide':
      return event.detail.startsWith('DMA API')
        ? 'decides for the DMA API'
        : 'decides for physical addresses';
    case 'ring':
      return steps.some((step) => step.event.what === 'ring in plain pages')
        ? 'puts the ring in plain pages'
        : 'allocates the ring as coherent memory';
    case 'fill':
      return `prepares ${count(n, 'buffer')}, ${sizeText(sum(steps))}`;
    case 'map':
      return mapTitle(steps, event);
    case 'copy':
      return `copies ${sizeText(sum(steps))} into the pool`;
    case 'describe':
      return `writes ${count(n, 'descriptor')}`;
    case 'publish':
      return 'makes them available';
    case 'kick':
      return `exposes ${event.detail === '' ? 'them' : event.detail}`;
    case 'look':
      return 'looks into the ring';
    case 'read':
      return `reads ${sizeText(sum(steps))} of payload`;
    case 'answer':
      return 'writes its answer';
    case 'collect':
      return 'collects what was used';
    case 'release': {
      const back = steps.filter((step) => step.event.what === 'bounce copy from the device');
      return back.length === 0 ? 'frees the slots' : `copies ${sizeText(sum(back))} back, frees the slots`;
    }
    case 'other':
      return event.what;
  }
}

function mapTitle(steps: readonly Step[], { what }: Event): string {
  switch (what) {
    case 'bounce map failed':
      return 'finds no room in the pool';
    case 'physical address':
      return `hands out ${count(steps.length, 'physical address', 'physical addresses')}`;
    case 'bounce slots taken':
    case 'bounce slots allocated':
      return `maps ${count(steps.length, 'buffer')} through the pool`;
    default:
      return `maps ${count(steps.length, 'buffer')} as they are`;
  }
}

function saysMore(kind: SceneKind, { event }: Step, isAmissHere: boolean): string {
  if (isAmissHere) return detailOf(event);
  switch (kind) {
    case 'offer':
    case 'keep':
    case 'accept':
    case 'decide':
    case 'other':
      return detailOf(event);
    default:
      return '';
  }
}

function isSharedPool(steps: readonly Step[]): boolean {
  return steps.some(({ event }) => event.what === 'pages shared');
}

function sum(steps: readonly Step[]): number {
  return steps.reduce((total, { event }) => total + Math.max(0, event.bytes), 0);
}

function largest(steps: readonly Step[]): number {
  return Math.max(0, ...steps.map(({ event }) => event.bytes));
}
