/**
 * The exact layer: what a request of any shape costs in maps, copies, bytes, slots, descriptors, kicks and interrupts, by
 * pure functions and without a run. The machine makes the same counts one by one (`driver/shapes.ts` serves both), and a
 * real kernel is the judge of either (test/oracle).
 */
export { isExhaustedAt, slotsAt } from './depth.js';
export { copiesAllAtMap, exactCost, factsOf } from './exact-cost.js';
export { type Notifications, notifications } from './notifications.js';
export { usesTable } from './pieces.js';
export type {
  Bounds,
  Costs,
  ExactCost,
  ExactQuestion,
  Obstacle,
  QueueShape,
  RingRequest,
  RingUse,
} from './question.js';
export { type CostRange, exactRange, type Layouts, layoutsOf } from './range.js';
export { type RegisterBounds, registerAccesses } from './registers.js';
export { exactRun, type RunCounts, type Setting } from './run.js';
