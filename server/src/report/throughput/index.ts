/** Reports of throughput, of the bounce pool's fill, and of how the model's figures compare with measured ones. */

export { poolToSvg } from './charts/pool.js';
export { type Quantity, type ThroughputChartOptions, throughputToSvg } from './charts/throughput.js';
export { validationToSvg } from './charts/validation.js';
export { poolToHtml, throughputToHtml } from './html.js';
export { poolToJson, throughputToJson, validationToJson } from './json.js';
export { poolReport } from './pool-report.js';
export { poolToText } from './text/pool.js';
export { throughputToText } from './text/throughput.js';
export { type ValidationTextOptions, validationToText } from './text/validation.js';
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
export { type Plot, type ValidationPage, validationPage } from './validation-page.js';
