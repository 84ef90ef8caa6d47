/** The kernel's configuration: what a distribution sets, or exactly what a `.config` file says. */
import { defaultConfigurations, platformOptions } from '@vringside/grammars/default-configs';
import type { PpCondition } from '../../../syntax/ir.js';
import { type Truth, unknownValue } from '../numbers/value.js';

export interface Configuration {
  /** In a sentence: `Debian's configuration for s390`, `/tmp/.config`. */
  readonly name: string;
  /** `y`, `m`, `n`, or the text of another value; null when it is not known. `option` is `CONFIG_X`. */
  valueOf(option: string): string | null;
}

/** What Debian sets for the architecture, and what the platform cannot do without. */
export function defaultConfiguration(arch: string, platform: string): Configuration {
  const options = { ...defaultConfigurations[arch], ...platformOptions[platform] };
  return {
    name: `Debian's configuration for ${arch}`,
    valueOf: (option) => (Object.hasOwn(options, option) ? (options[option] ?? null) : null),
  };
}

/** A line of a `.config` file that cannot be read. */
export class ConfigurationError extends Error {
  readonly file: string;
  /** 1-based. */
  readonly line: number;

  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
    this.name = 'ConfigurationError';
    this.file = file;
    this.line = line;
  }
}

const setLine = /^(CONFIG_\w+)=(.*)$/;
const unsetLine = /^# (CONFIG_\w+) is not set$/;
const valueText = /^(?:[ymn]|-?\d+|0[xX][\da-fA-F]+|"(?:[^"\\]|\\.)*")$/;

/**
 * A `.config` file as `make` writes it; an option it does not name is off.
 * @throws {ConfigurationError} for a line that is neither a setting, a comment nor empty.
 */
export function parseConfiguration(file: string, text: string): Configuration {
  const values = new Map<string, string>();
  text.split(/\r?\n/).forEach((written, index) => {
    const line = written.trim();
    const [, unset] = unsetLine.exec(line) ?? [];
    if (unset !== undefined) values.set(unset, 'n');
    if (line === '' || line.startsWith('#')) return;
    const [, option, value = ''] = setLine.exec(line) ?? [];
    if (option === undefined)
      throw new ConfigurationError(file, index + 1, `no setting: ${line.slice(0, 60)}`);
    if (!valueText.test(value))
      throw new ConfigurationError(
        file,
        index + 1,
        `${option} has no value of a configuration: ${value.slice(0, 60)}`,
      );
    values.set(option, value);
  });
  if (values.size === 0) throw new ConfigurationError(file, 1, 'no configuration option in this file');
  return { name: file, valueOf: (option) => values.get(option) ?? 'n' };
}

/** Whether an option is on, as `IS_ENABLED()` and its likes ask. */
export function optionHolds(configuration: Configuration, test: string, option: string): Truth {
  const value = configuration.valueOf(option);
  if (value === null) return unknownValue(option);
  switch (test) {
    case 'IS_BUILTIN':
      return value === 'y';
    case 'IS_MODULE':
      return value === 'm';
    default:
      return value === 'y' || value === 'm';
  }
}

/** Marks of the build that are never set where a function of the kernel is compiled. */
const neverSet = /_H_*$|^_*(?:ASSEMBLY|ASSEMBLER|CHECKER|cplusplus|GENKSYMS)_*$/;

/** Whether text under this `#if` is compiled. */
export function conditionHolds(condition: PpCondition, configuration: Configuration): Truth {
  const holds = (c: PpCondition): Truth => conditionHolds(c, configuration);
  switch (condition.kind) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'defined':
      return isDefined(condition.name, configuration);
    case 'enabled':
      return optionHolds(configuration, condition.test, condition.name);
    case 'opaque':
      return unknownValue(`#if ${condition.text}`);
    case 'not': {
      const of = holds(condition.of);
      return typeof of === 'boolean' ? !of : of;
    }
    case 'and':
      return all(condition.of.map(holds), true);
    case 'or':
      return all(condition.of.map(holds), false);
  }
}

/** `and` of truths (`ifAll` true) or `or` of them (false). */
function all(truths: readonly Truth[], ifAll: boolean): Truth {
  if (truths.some((t) => t === !ifAll)) return !ifAll;
  return truths.find((t) => typeof t !== 'boolean') ?? ifAll;
}

/** `#ifdef NAME`: of a module's option the name with `_MODULE` is defined. */
function isDefined(name: string, configuration: Configuration): Truth {
  if (name === '__KERNEL__') return true;
  if (neverSet.test(name)) return false;
  if (!name.startsWith('CONFIG_')) return unknownValue(`defined(${name})`);
  const asModule = /^(CONFIG_\w+)_MODULE$/.exec(name)?.[1];
  const module = asModule === undefined ? null : configuration.valueOf(asModule);
  if (module !== null && configuration.valueOf(name) !== 'y') return module === 'm';
  const value = configuration.valueOf(name);
  if (value === null) return unknownValue(name);
  return value !== 'n' && value !== 'm';
}
