/** The commands of `vringside model`: the executable secure guest, asked directly. */
import type { CommandSpec } from '../options.js';

export type ModelCommandName = 'model matrix' | 'model list' | 'model trace' | 'model run';

const treeHelp = 'kernel tree whose code decides in the policy `tree`';

export const modelCommands: readonly (CommandSpec & { readonly name: ModelCommandName })[] = [
  {
    name: 'model matrix',
    operands: '',
    summary: 'what becomes of the data on every platform, under several policies',
    details: [
      'Runs every platform with every device under every policy on the model, and shows the outcomes side by side.',
      'Lists are separated by commas. Without --policy: v5.4,rampai-2019,v6.12. Without --platform: all of them.',
      'Without --device: flag,no-flag. `vringside model list` names them all.',
    ],
    options: ['policy', 'platform', 'device', 'class', 'tree', 'format', 'output', 'color', 'quiet', 'help'],
    formats: ['text', 'json', 'html'],
    optionHelp: { tree: treeHelp, quiet: 'no explanation of the policies and outcomes' },
    examples: [
      'vringside model matrix --policy v5.4,rampai-2019,v6.12',
      'vringside model matrix --platform sev-snp,tdx --device flag,viommu --format html --output matrix.html',
    ],
  },
  {
    name: 'model list',
    operands: '',
    summary: 'the platforms, devices, policies and outcomes there are',
    details: ['Their names, as --platform, --device, --policy and a scenario take them.'],
    options: ['format', 'output', 'color', 'help'],
    examples: ['vringside model list', 'vringside model list --format json'],
  },
  {
    name: 'model trace',
    operands: '[FILE|-]',
    summary: 'one scenario, step by step',
    details: [
      'Shows what driver, kernel, device and platform did, and the bytes the device saw beside those that were written.',
      'The scenario is named by --platform, --device and --policy, or FILE holds it as one JSON object.',
    ],
    options: ['policy', 'platform', 'device', 'class', 'tree', 'format', 'output', 'color', 'help'],
    formats: ['text', 'json', 'html'],
    optionHelp: { tree: treeHelp },
    examples: [
      'vringside model trace --platform pef --device no-flag --policy v5.4',
      'vringside model trace scenario.json --format html --output trace.html',
    ],
  },
  {
    name: 'model run',
    operands: 'FILE|-',
    summary: 'scenarios as JSON lines in, results as JSON lines out',
    details: [
      'Each line of FILE is one scenario, each line of the result its answer, in the same order; blank lines are passed',
      'over. A line that is no scenario is answered by {"id", "error"} and named on standard error; the others are',
      'answered all the same, and the exit status is 3. docs/model.md describes scenarios and results.',
    ],
    options: ['tree', 'output', 'help'],
    optionHelp: { tree: treeHelp },
    examples: [
      'vringside model run scenarios.jsonl --output results.jsonl',
      'generate | vringside model run -',
    ],
  },
];
