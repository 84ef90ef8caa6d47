/**
 * Code as policy: decision functions of a tree, run statement by statement for a scenario, in three-valued logic.
 *
 *     const policy = treePolicy(program, { fallback });
 *     policy.usesDmaApi(question); // { known: true, value: false, where: 'vring_use_dma_api (...:297)' }
 *
 * What a run cannot know it names: `unknown` carries the first condition that was not known.
 *
 * The files here ask the questions; C itself is in the folders: running/ its statements, expressions and calls, macros/ what
 * stands for other text, numbers/ their types, memory/ names and places.
 */

export type { Truth, UnknownValue } from './numbers/value.js';
export {
  type Configuration,
  ConfigurationError,
  defaultConfiguration,
  parseConfiguration,
} from './running/configuration.js';
export { type ScenarioFacts, scenarioFacts } from './scenario-facts.js';
export { type TreePolicy, type TreePolicyOptions, treePolicy } from './tree-policy.js';
