/** Time on the machine's own steps: what suppression, exhaustion, locks and sleeping sides do to throughput. */
export { type CostChoices, costsOf } from './costs.js';
export type {
  BusyNs,
  Ending,
  IdlePolicy,
  SimulatedCounts,
  SimulatedPool,
  SimulationCosts,
  SimulationRequest,
  SimulationResult,
} from './request.js';
export { simulate } from './simulate.js';
