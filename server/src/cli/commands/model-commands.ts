/** The commands of `vringside model`: the executable secure guest, asked directly. */
import type { CommandSpec } from '../options.js';

export type ModelCommandName =
  | 'model matrix'
  | 'model list'
  | 'model trace'
  | 'model run'
  | 'model throughput'
  | 'model pool'
  | 'model validate'
  | 'model calibrate';

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
    summary: 'the platforms, devices, policies, backends and outcomes there are',
    details: ['Their names, as --platform, --device, --policy, --backend and a scenario take them.'],
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
  {
    name: 'model throughput',
    operands: '',
    summary: 'what bouncing costs: rate, latency, and what holds them back',
    details: [
      'Estimates a steady stream of like requests on each platform, as intervals, against the same in a plain guest.',
      'Without --platform: one of each kind. Without --bytes: 512 bytes to 1 MiB; packets of 64 bytes to 64 KiB.',
      'The figures are those of docs/model-validation.md; "by analogy" stands beside what nothing is published for.',
    ],
    options: [
      'platform',
      'device',
      'class',
      'policy',
      'op',
      'bytes',
      'depth',
      'queues',
      'cpus',
      'ring',
      'ring-size',
      'pool',
      'memory',
      'backend',
      'idle',
      'completion',
      'simulate',
      'profile',
      'tree',
      'format',
      'output',
      'color',
      'quiet',
      'help',
    ],
    formats: ['text', 'json', 'svg', 'html'],
    optionHelp: {
      tree: treeHelp,
      policy: 'how the guest decides between bypass and DMA API (default: v6.12)',
      device: 'what the device offers (default: flag)',
      quiet: 'no notes',
    },
    examples: [
      'vringside model throughput --platform sev-snp,tdx --bytes 4096,65536 --depth 32',
      'vringside model throughput --class net --idle poll --format svg --output net.svg',
      'vringside model throughput --platform pef --policy v5.18 --pool 1024 --depth 64 --simulate',
      'vringside model throughput --device flag,emulated --platform tdx',
    ],
  },
  {
    name: 'model pool',
    operands: '',
    summary: 'how large the bounce pool must be, where it runs out, and how that shows',
    details: [
      'Adds up what receive rings keep for good and what requests in flight take, and compares with the pool the',
      'platform sets up. --queues counts queue pairs of network devices; --disks virtio disks.',
    ],
    options: [
      'platform',
      'queues',
      'ring-size',
      'disks',
      'disk-queues',
      'depth',
      'bytes',
      'cpus',
      'pool',
      'memory',
      'format',
      'output',
      'color',
      'help',
    ],
    formats: ['text', 'json', 'svg', 'html'],
    optionHelp: {
      platform: 'how the memory of the guest is protected (default: sev-snp)',
      bytes: 'payload of a disk request (default: 1 MiB)',
      depth: 'requests in flight on each disk queue (default: 32)',
      queues: 'queue pairs of all network devices together (default: 1)',
      cpus: 'processors of the guest: the pool has an area for each (default: 8)',
    },
    examples: [
      'vringside model pool --platform pef --queues 32 --ring-size 1024',
      'vringside model pool --platform sev-snp --memory 64G --disks 8 --depth 64',
    ],
  },
  {
    name: 'model validate',
    operands: '',
    summary: 'every figure that is known beside what the model says of it',
    details: [
      'Compares published and measured figures with the model, and says which targets are met.',
      'The rows of a target that is missed are listed; all of them in JSON and in docs/model-validation.md.',
    ],
    options: ['rows', 'profile', 'format', 'output', 'color', 'quiet', 'help'],
    formats: ['text', 'json', 'svg'],
    optionHelp: { quiet: 'targets only, no rows' },
    examples: ['vringside model validate', 'vringside model validate --rows figures.tsv --format json'],
  },
  {
    name: 'model calibrate',
    operands: '',
    summary: 'what copies, slots, locks, rings and wake-ups cost on this machine',
    details: [
      'Measures for less than a minute and keeps the figures as a profile, which the cost model can take in place of its',
      'own. Uses the C compiler on the PATH to build a small program that comes with vringside, in a temporary folder, and',
      'runs it; without a compiler JavaScript measures a part. Best on an idle machine. docs/calibration.md says what is',
      'measured, and how.',
    ],
    options: ['output', 'no-compiler', 'quick', 'format', 'color', 'quiet', 'help'],
    optionHelp: {
      output: "write the profile to FILE (default: profile.json in the user's cache folder)",
      quiet: 'no progress, and no explanation below the table',
    },
    examples: [
      'vringside model calibrate',
      'vringside model calibrate --output this-machine.json --no-compiler',
    ],
  },
];
