/** The commands and their options: one table for parsing, help and the generated manual page. */
import { type ModelCommandName, modelCommands } from './commands/model-commands.js';

/** Two words where the first names a family: `model matrix`. */
export type CommandName = 'check' | 'sites' | 'doctor' | 'explain' | 'lsp' | ModelCommandName;

export type Format = 'text' | 'json' | 'svg' | 'html';

export interface CommandSpec {
  readonly name: CommandName;
  /** What stands after the name on the command line. */
  readonly operands: string;
  readonly summary: string;
  readonly details: readonly string[];
  readonly options: readonly OptionName[];
  /** Default: text and json. */
  readonly formats?: readonly Format[];
  /** What an option does where this command means something of its own by it. */
  readonly optionHelp?: Readonly<Partial<Record<OptionName, string>>>;
  readonly examples: readonly string[];
}

export interface OptionSpec {
  readonly value: string | null;
  readonly short?: string;
  readonly isRepeatable?: true;
  readonly help: string;
}

export const options = {
  tree: { value: 'DIR', help: 'kernel tree to resolve names in (default: found upwards from PATH)' },
  stdio: { value: null, help: 'speak on standard input and output (the default)' },
  format: { value: 'FORMAT', help: 'how to print the result (default: text)' },
  output: { value: 'FILE', short: 'o', help: 'write the result to FILE instead of standard output' },
  rule: {
    value: 'ID[=LEVEL]',
    isRepeatable: true,
    help: 'ID alone: only the rules so named run; ID=off|note|warning|error: set its level',
  },
  'fail-on': {
    value: 'LEVEL',
    help: 'error|warning|note|never: exit with 1 at findings of that level or above',
  },
  'what-if': {
    value: 'PATCH',
    help: 'show what a patch changes: a diff, a mail or a mailbox, or - for standard input; the tree stays as it is',
  },
  baseline: {
    value: 'FILE',
    help: 'findings listed in FILE were there before: they are not shown and do not count (default: .vringside-baseline.json of the tree, where there is one)',
  },
  'write-baseline': { value: null, help: 'list the findings in the baseline, made anew for the paths given' },
  'no-baseline': { value: null, help: "leave the tree's baseline aside" },
  policy: { value: 'ID', isRepeatable: true, help: 'a kernel release (v6.12), a proposal of 2019, or tree' },
  platform: { value: 'ID', isRepeatable: true, help: "how the guest's memory is protected" },
  device: { value: 'ID', isRepeatable: true, help: 'what the device offers, and takes an address to be' },
  'config-file': {
    value: 'FILE',
    help: "the kernel's .config (default: what Debian sets for the guest's architecture)",
  },
  class: { value: 'CLASS', help: 'what the device is: blk, net, balloon, ... (default: blk)' },
  op: { value: 'OP', help: 'read, write, tx or rx (default: read; rx for a network device)' },
  bytes: { value: 'N', isRepeatable: true, help: 'payload of a request; several, separated by commas' },
  depth: { value: 'N', help: 'requests in flight on each queue' },
  disks: { value: 'N', help: 'virtio disks (default: 1)' },
  'disk-queues': { value: 'N', help: 'queues of each disk (default: one a processor)' },
  queues: { value: 'N', help: 'virtqueues in use; of a network device, queue pairs' },
  cpus: { value: 'N', help: 'processors that submit (default: one a queue)' },
  ring: { value: 'LAYOUT', help: 'split or packed (default: split)' },
  'ring-size': { value: 'N', help: 'entries of each ring (default: 256)' },
  pool: {
    value: 'SLOTS[,AREAS]',
    help: 'bounce pool, as swiotlb= takes it (default: what the platform sets up)',
  },
  memory: { value: 'SIZE', help: 'memory of the guest, as 16G (default: 16G)' },
  backend: { value: 'ID', help: 'who serves the ring (default: by class of device; see model list)' },
  idle: { value: 'WHAT', help: 'what a virtual CPU does that waits: halt, haltpoll or poll (default: halt)' },
  completion: { value: 'HOW', help: 'interrupt or poll (default: interrupt)' },
  simulate: { value: null, help: 'run each row step by step as well: notifications, requeues, what hangs' },
  profile: {
    value: 'FILE|mine',
    help: "costs measured by model calibrate; mine: this machine's profile (default: the built-in costs)",
  },
  rows: {
    value: 'FILE',
    isRepeatable: true,
    help: 'a table of figures to compare as well, in the columns of one of the bundled tables',
  },
  jobs: { value: 'N', short: 'j', help: 'worker threads (default: the number of processors)' },
  'no-cache': { value: null, help: "neither read nor write the user's cache folder" },
  color: {
    value: 'auto|always|never',
    help: 'colour (default: auto, that is on a terminal unless NO_COLOR is set)',
  },
  'no-compiler': { value: null, help: 'start no program: measure with JavaScript alone' },
  quick: { value: null, help: 'a try of a few seconds; its figures are coarse' },
  quiet: { value: null, short: 'q', help: 'no progress and no list of what was not understood' },
  timings: { value: null, help: 'say how long each stage took' },
  help: { value: null, short: 'h', help: 'show this help' },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof options;

/** An option as one command has it. */
export function optionOf(command: CommandSpec, name: OptionName): OptionSpec {
  const spec: OptionSpec = options[name];
  const help = command.optionHelp?.[name] ?? spec.help;
  return name === 'format' ? { ...spec, value: formatsOf(command).join('|'), help } : { ...spec, help };
}

export function formatsOf(command: CommandSpec): readonly Format[] {
  return command.formats ?? ['text', 'json'];
}

const shared: readonly OptionName[] = [
  'tree',
  'format',
  'output',
  'jobs',
  'no-cache',
  'color',
  'quiet',
  'timings',
];

/** The guests in which sites are run. */
const guests: readonly OptionName[] = ['platform', 'device', 'policy', 'config-file'];

const guestHelp: Readonly<Partial<Record<OptionName, string>>> = {
  platform: 'run sites on these platforms only (default: one of each kind; see model list)',
  device: 'run sites with these devices only (default: flag, no-flag, legacy)',
  policy: "decide as this release or proposal does (default: tree, the code's own decisions)",
};

export const commands: readonly CommandSpec[] = [
  {
    name: 'check',
    operands: '[PATH...]',
    summary: 'findings in files, folders or a whole kernel tree',
    details: [
      'Reports the places a reviewer should be told of, each with the condition under which it is reached.',
      'PATH is a file or a folder; without one, the current folder. --fail-on is `warning` unless given.',
    ],
    options: [
      ...shared,
      'what-if',
      'rule',
      'fail-on',
      'baseline',
      'write-baseline',
      'no-baseline',
      ...guests,
      'help',
    ],
    optionHelp: guestHelp,
    examples: [
      'vringside check drivers/virtio',
      'vringside check --rule guard-differs-from-core --format json drivers/gpu/drm/virtio',
      'vringside check --what-if series.mbox drivers/virtio',
      'vringside check --baseline known.json --write-baseline drivers',
    ],
  },
  {
    name: 'sites',
    operands: '[PATH...]',
    summary: 'the inventory: every bypass site and feature-flag check, findings or not',
    details: [
      'Lists every place where an address reaches a virtio device or a feature bit decides, and when it is reached.',
      'PATH is a file or a folder; without one, the current folder. --fail-on is `never` unless given.',
    ],
    options: [...shared, 'what-if', 'rule', 'fail-on', ...guests, 'help'],
    optionHelp: guestHelp,
    examples: [
      'vringside sites drivers/virtio/virtio_ring.c',
      'vringside sites --format json --output sites.json',
    ],
  },
  {
    name: 'doctor',
    operands: '[PATH...]',
    summary: 'what parses clean, what is blind, which tree and version was recognised',
    details: [
      'Reads every function of every .c and .h file under PATH and lists those that were not understood in full.',
    ],
    options: ['tree', 'format', 'output', 'jobs', 'color', 'quiet', 'help'],
    examples: [
      'vringside doctor drivers/virtio drivers/vhost',
      'vringside doctor --format json --output doctor.json',
    ],
  },
  {
    name: 'explain',
    operands: '[RULE|OUTCOME|SITE-KIND]',
    summary: 'the page on a rule, an outcome or a kind of site',
    details: ['Without a topic, lists them all.'],
    options: ['format', 'output', 'color', 'help'],
    examples: ['vringside explain cpu_phys_to_device', 'vringside explain guard-differs-from-core'],
  },
  {
    name: 'lsp',
    operands: '',
    summary: 'the language server, for editors',
    details: [
      'Speaks the Language Server Protocol on standard input and output until the editor ends it. The program',
      'vringside-lsp is the same. docs/editors says how editors are set up.',
    ],
    options: ['stdio', 'help'],
    examples: ['vringside lsp --stdio'],
  },
  ...modelCommands,
];

/** Commands and options that are planned: named so that the answer is better than "unknown". */
export const laterCommands: readonly string[] = ['review', 'compare', 'merge'];
export const laterOptions: readonly string[] = ['shard', 'config', 'new-from'];
export const laterFormats: readonly string[] = ['sarif', 'github', 'html', 'reply'];
