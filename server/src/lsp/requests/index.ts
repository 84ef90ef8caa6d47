/**
 * Answers to the requests of our own (`../protocol.ts`), each a function of what was read and what is asked. Files and
 * offsets in, the protocol's positions out.
 */
export { type MatrixQuestion, matrixAt } from './matrix.js';
export { fileSites, siteItem } from './sites.js';
export { type ThroughputQuestion, throughputAnswer } from './throughput.js';
export { topics } from './topics.js';
export { type TraceQuestion, traceOf } from './trace.js';
export type { RequestView } from './view.js';
