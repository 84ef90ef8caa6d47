/** What a request to an emulated device takes in accesses to its registers, where a virtio device takes kicks. */
import { controllerOf, controllerRegisters, type RegisterAccesses } from '../driver/emulated.js';
import { exactCost, factsOf } from './exact-cost.js';
import type { Bounds, ExactQuestion } from './question.js';

export interface RegisterBounds {
  readonly reads: Bounds;
  readonly writes: Bounds;
}

/** For `count` requests of the scenario with `depth` of them in flight; null: the device is no emulated one. */
export function registerAccesses(
  question: ExactQuestion,
  { count, depth }: { readonly count: number; readonly depth: number },
): RegisterBounds | null {
  if (question.device !== 'emulated') return null;
  const most = count * exactCost(question).requests;
  const { submission, interrupt } = controllerRegisters[controllerOf(factsOf(question), question.op)];
  // Alone, each request is handed over and answered by itself; else one doorbell and one interrupt may do for all.
  const least = depth === 1 ? count : Math.min(1, count);
  // A card is handed nothing for a packet that comes: its receive buffers go with the interrupt.
  const submissions = question.op === 'rx' ? { least: 0, most: 0 } : { least, most };
  const of = (kind: keyof RegisterAccesses): Bounds => ({
    least: submission[kind] * submissions.least + interrupt[kind] * least,
    most: submission[kind] * submissions.most + interrupt[kind] * most,
  });
  return { reads: of('reads'), writes: of('writes') };
}
