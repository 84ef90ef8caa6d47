/** What a request costs, in intervals: throughput, latency, and what holds them back. */
export { backendIds, backendOf, backends, guestWork, measuredBackend, usualBackend } from './backends.js';
export { bounceCost, type Mapping } from './bounce.js';
export { addedLatencyNs, estimate, plainOf, rateAgainst, requestCost, requestsThatFit } from './bound.js';
export { type CacheState, type CopyMethod, copyNs } from './curves/copies.js';
export { ringRate } from './curves/rings.js';
export { probesWhenScattered, probesWhenSolid, slotPairNs, slotsOfMapping } from './curves/slots.js';
export type { Estimate, Loss, Term, TermRate } from './estimate.js';
export * from './interval.js';
export type {
  CostParameters,
  Evidence,
  MachineCosts,
  Parameter,
  PlatformCosts,
  RingKind,
} from './parameter.js';
export { costParameters } from './parameters.js';
export { versionOf } from './version.js';
export type { Backend, GuestWork, IdlePolicy, Workload } from './workload.js';
