/** Reports of throughput, of the bounce pool's fill, and of how the model's figures compare with measured ones. */
export { poolToJson, throughputToJson, validationToJson } from './json.js';
export { poolToText } from './pool-text.js';
export { throughputToText } from './throughput-text.js';
export type {
  Demand,
  DemandKind,
  ExactCosts,
  PoolReport,
  PoolVerdict,
  ThroughputReport,
  ThroughputRow,
  ValidationFigures,
  ValidationGroup,
  ValidationReport,
  ValidationRow,
} from './types.js';
export { type ValidationTextOptions, validationToText } from './validation-text.js';
