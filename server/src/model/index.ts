/** The model's face: an executable secure guest. Imports nothing from its siblings, and may be used alone. */
export * as cost from './cost/index.js';
export { type DeviceId, deviceIds, deviceOf, devices, type NamedDevice } from './device/devices.js';
export * as exact from './exact/index.js';
export { builtinPolicy, namedPolicies } from './guest/builtin-policies.js';
export { answerOf, type Platform, platformIds, platformOf, platforms } from './guest/platforms.js';
export { deviceFactsOf, guestOf, type RunOptions, runScenario } from './machine.js';
export { type Cell, type Matrix, type MatrixRequest, runMatrix, scenarioOf } from './matrix.js';
export {
  ACCESS_PLATFORM,
  type Answer,
  type DeviceFacts,
  type FeatureSet,
  type GuestFacts,
  known,
  type Policy,
  type Question,
  unknown,
  VERSION_1,
} from './policy.js';
export { isSince, type Release, releaseOf, releaseText } from './release.js';
export type {
  Counts,
  DeviceClass,
  DeviceSpec,
  Outcome,
  PlatformId,
  RequestSpec,
  RunResult,
  Scenario,
  Sight,
} from './scenario.js';
export * as simulation from './simulation/index.js';
export * as throughput from './throughput/index.js';
export { type Event, Trace } from './trace.js';
