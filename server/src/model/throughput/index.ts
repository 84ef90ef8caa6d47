/** Questions about throughput and pool size, answered by the layers together. */
export { type PoolAnswer, type PoolDemand, type PoolQuestion, poolDemand } from './pool.js';
export { type Simulated, simulatedOf } from './simulated.js';
export { type Guest, guestRun, type Load, slotsInUse, throughputOf } from './throughput.js';
