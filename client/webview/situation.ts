/** Where things stand at a scene of a run: what was written where, what is mapped how, what the device saw. */
import type { TracePhase, TraceScene } from '../../server/src/lsp/protocol.js';

/** What has happened up to a scene. */
export interface Situation {
  readonly buffer: string | null;
  readonly pool: string | null;
  readonly hasPool: boolean;
  readonly ring: 'none' | 'shared' | 'private';
  readonly isMapped: 'by pool' | 'as it is' | null;
  readonly seen: { readonly text: string; readonly isAmiss: boolean } | null;
  readonly isRefused: boolean;
}

const nothing: Situation = {
  buffer: null,
  pool: null,
  hasPool: false,
  ring: 'none',
  isMapped: null,
  seen: null,
  isRefused: false,
};

export function scenesIn(phases: readonly TracePhase[]): readonly TraceScene[] {
  return phases.flatMap(({ scenes }) => scenes);
}

export function situationAt(scenes: readonly TraceScene[], index: number): Situation {
  return scenes.slice(0, index + 1).reduce(after, nothing);
}

function after(before: Situation, scene: TraceScene): Situation {
  const bytes = scene.bytes.map(({ text }) => text);
  switch (scene.kind) {
    case 'pool':
      return { ...before, hasPool: true };
    case 'accept':
      return { ...before, isRefused: scene.isAmiss };
    case 'ring':
      return { ...before, ring: isShared(scene) ? 'shared' : 'private' };
    case 'fill':
      return { ...before, buffer: bytes[0] ?? null, pool: null, isMapped: null, seen: null };
    case 'map':
      return scene.title.includes('the pool')
        ? { ...before, isMapped: 'by pool', hasPool: true }
        : { ...before, isMapped: 'as it is' };
    case 'copy':
      return { ...before, pool: before.buffer };
    case 'read':
      return { ...before, seen: { text: bytes[1] ?? bytes[0] ?? '', isAmiss: scene.isAmiss } };
    default:
      return before;
  }
}

function isShared({ steps }: TraceScene): boolean {
  return steps.some(({ what, detail }) => detail === 'shared' || what.startsWith('page shared'));
}
