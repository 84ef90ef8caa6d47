/** Command line -> a checked request. Every complaint names the word it is about. */
import { availableParallelism } from 'node:os';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Level } from '../rules/finding.js';
import { didYouMean, UsageError } from './failure.js';
import {
  type CommandName,
  type CommandSpec,
  commands,
  type Format,
  formatsOf,
  laterCommands,
  laterFormats,
  laterOptions,
  type OptionName,
  type OptionSpec,
  optionOf,
  options,
} from './options.js';

export type Request =
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command: CommandSpec | null }
  | { readonly kind: 'family'; readonly name: string; readonly commands: readonly CommandSpec[] }
  | { readonly kind: 'run'; readonly command: CommandName; readonly settings: Settings };

export type ColorMode = 'auto' | 'always' | 'never';
export type FailOn = Level | 'never';
export type RuleSetting = Level | 'off';

export interface Settings {
  readonly operands: readonly string[];
  readonly tree: string | null;
  readonly format: Format;
  readonly output: string | null;
  readonly jobs: number;
  readonly rules: ReadonlyMap<string, RuleSetting>;
  /** Non-empty: the rules named without a level; no other runs. */
  readonly onlyRules: readonly string[];
  readonly failOn: FailOn;
  /** Names of the model, as given; empty: not given. */
  readonly policies: readonly string[];
  readonly platforms: readonly string[];
  readonly devices: readonly string[];
  readonly deviceClass: string | null;
  /** The kernel's `.config`, as given. */
  readonly configFile: string | null;
  /** Options that one command gives a meaning to, as given. */
  readonly words: ReadonlyMap<OptionName, readonly string[]>;
  readonly useCache: boolean;
  readonly color: ColorMode;
  readonly isQuiet: boolean;
  readonly withTimings: boolean;
  readonly useCompiler: boolean;
  readonly isQuick: boolean;
}

const levels = ['note', 'warning', 'error'] as const;

export function parseRequest(argv: readonly string[]): Request {
  const [first, ...others] = argv;
  if (first === undefined) return { kind: 'help', command: null };
  if (first === '--version' || first === '-V') return { kind: 'version' };
  if (isHelp(first)) return helpOn(others);
  if (first.startsWith('-')) throw new UsageError(`the command comes first, before '${first}'`);
  const family = familyNamed(first);
  if (family.length > 0 && (others[0] === undefined || isHelp(others[0]))) {
    return { kind: 'family', name: first, commands: family };
  }
  const command = commandNamed(family.length > 0 ? `${first} ${others[0]}` : first);
  const rest = family.length > 0 ? others.slice(1) : others;
  const { values, operands } = parseOptions(command, rest);
  if (values.has('help')) return { kind: 'help', command };
  return { kind: 'run', command: command.name, settings: settingsOf(command, values, operands) };
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h' || word === 'help';
}

function helpOn(words: readonly string[]): Request {
  const [first, second] = words;
  if (first === undefined) return { kind: 'help', command: null };
  const family = familyNamed(first);
  if (family.length === 0) return { kind: 'help', command: commandNamed(first) };
  if (second === undefined) return { kind: 'family', name: first, commands: family };
  return { kind: 'help', command: commandNamed(`${first} ${second}`) };
}

/** The commands of two words that begin with this one. */
function familyNamed(first: string): readonly CommandSpec[] {
  return commands.filter((c) => c.name.startsWith(`${first} `));
}

function commandNamed(name: string): CommandSpec {
  const command = commands.find((c) => c.name === name);
  if (command !== undefined) return command;
  if (laterCommands.includes(name)) throw new UsageError(`'${name}' is not in this version`);
  const names = commands.map((c) => c.name);
  throw new UsageError(
    `there is no command '${name}'${didYouMean(name, names)}; there are ${names.join(', ')}`,
  );
}

type Values = ReadonlyMap<OptionName, readonly string[]>;

function parseOptions(command: CommandSpec, args: readonly string[]): { values: Values; operands: string[] } {
  const config: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of command.options) {
    const spec: OptionSpec = options[name];
    const type = spec.value === null ? 'boolean' : 'string';
    config[name] =
      spec.short === undefined ? { type, multiple: true } : { type, multiple: true, short: spec.short };
  }
  const parsed = parseArgs({
    args: [...args],
    options: config,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<OptionName, string[]>();
  const operands: string[] = [];
  for (const token of parsed.tokens ?? []) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const name = optionNamed(token.name, token.rawName, command);
    // `--output --quiet`: the value was forgotten, not meant to be an option's name.
    const isForgotten = token.inlineValue === false && token.value.startsWith('--');
    const value = isForgotten ? undefined : token.value;
    values.set(name, [...(values.get(name) ?? []), optionValue(name, token.rawName, value, command)]);
  }
  for (const [name, given] of values) {
    const spec: OptionSpec = options[name];
    if (given.length > 1 && spec.value !== null && spec.isRepeatable !== true) {
      throw new UsageError(`--${name} is given ${given.length} times`, command.name);
    }
  }
  return { values, operands };
}

function optionNamed(name: string, written: string, command: CommandSpec): OptionName {
  const found = command.options.find((known) => known === name);
  if (found !== undefined) return found;
  if (laterOptions.includes(name)) throw new UsageError(`'${written}' is not in this version`, command.name);
  if (Object.hasOwn(options, name)) {
    throw new UsageError(`'${written}' means nothing to '${command.name}'`, command.name);
  }
  const near = didYouMean(
    `--${name}`,
    command.options.map((known) => `--${known}`),
  );
  throw new UsageError(`'${command.name}' has no option '${written}'${near}`, command.name);
}

function optionValue(
  name: OptionName,
  written: string,
  value: string | undefined,
  command: CommandSpec,
): string {
  const spec: OptionSpec = options[name];
  if (spec.value === null) {
    if (value !== undefined) throw new UsageError(`'${written}' takes no value`, command.name);
    return '';
  }
  if (value === undefined || value === '')
    throw new UsageError(`'${written}' needs a value: ${optionOf(command, name).value}`, command.name);
  return value;
}

function settingsOf(command: CommandSpec, values: Values, operands: readonly string[]): Settings {
  const one = (name: OptionName): string | null => values.get(name)?.[0] ?? null;
  const rules = ruleSettings(values.get('rule') ?? [], command.name);
  return {
    operands,
    tree: one('tree'),
    format: formatOf(one('format') ?? 'text', command),
    output: one('output'),
    jobs: jobsOf(one('jobs'), command.name),
    rules: rules.levels,
    onlyRules: rules.only,
    failOn: oneOf(
      'fail-on',
      one('fail-on') ?? (command.name === 'sites' ? 'never' : 'warning'),
      [...levels, 'never'],
      command.name,
    ),
    policies: namesOf('policy', values, command.name),
    platforms: namesOf('platform', values, command.name),
    devices: namesOf('device', values, command.name),
    deviceClass: one('class'),
    configFile: one('config-file'),
    words: values,
    useCache: !values.has('no-cache'),
    color: oneOf('color', one('color') ?? 'auto', ['auto', 'always', 'never'], command.name),
    isQuiet: values.has('quiet'),
    withTimings: values.has('timings'),
    useCompiler: !values.has('no-compiler'),
    isQuick: values.has('quick'),
  };
}

function formatOf(format: string, command: CommandSpec): Format {
  const formats = formatsOf(command);
  const found = formats.find((candidate) => candidate === format);
  if (found !== undefined) return found;
  if (laterFormats.includes(format)) {
    const there = `there ${formats.length === 1 ? 'is' : 'are'} ${formats.join(' and ')}`;
    throw new UsageError(`--format ${format} is not in this version; ${there}`, command.name);
  }
  return oneOf('format', format, formats, command.name);
}

/** `--policy v5.4,tree --policy v6.12`: in the order given, each once. */
function namesOf(option: OptionName, values: Values, command: CommandName): readonly string[] {
  const names = (values.get(option) ?? []).flatMap((value) => value.split(',')).map((name) => name.trim());
  if (names.includes('')) throw new UsageError(`--${option} has an empty name in its list`, command);
  return [...new Set(names)];
}

function jobsOf(text: string | null, command: CommandName): number {
  if (text === null) return availableParallelism();
  const jobs = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (jobs < 1) throw new UsageError(`--jobs takes a number from 1 on, not '${text}'`, command);
  return jobs;
}

function ruleSettings(
  given: readonly string[],
  command: CommandName,
): { levels: ReadonlyMap<string, RuleSetting>; only: readonly string[] } {
  const byId = new Map<string, RuleSetting>();
  const only: string[] = [];
  for (const text of given) {
    const at = text.indexOf('=');
    if (at < 0) only.push(text);
    else
      byId.set(
        text.slice(0, at),
        oneOf(`rule ${text.slice(0, at)}`, text.slice(at + 1), ['off', ...levels], command),
      );
  }
  return { levels: byId, only };
}

function oneOf<const T extends string>(
  option: string,
  value: string,
  allowed: readonly T[],
  command: CommandName,
): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${option} is one of ${allowed.join(', ')}, not '${value}'`, command);
}
