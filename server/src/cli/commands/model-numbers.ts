/** Numbers, sizes and choices of the commands that estimate. */
import type { Settings } from '../arguments.js';
import { didYouMean, UsageError } from '../failure.js';
import type { OptionName } from '../options.js';

/** What a command was given, read by kind; every complaint names the option and the command. */
export class Numbers {
  private readonly words: Settings['words'];
  private readonly command: string;

  constructor({ words }: Settings, command: string) {
    this.words = words;
    this.command = command;
  }

  /** A whole number from `least` to `most`. */
  whole(option: OptionName, otherwise: number, { least = 1, most = 1e9 } = {}): number {
    const text = this.one(option);
    return text === null ? otherwise : this.wholeOf(option, text, least, most);
  }

  /** Several, separated by commas, each once. */
  wholes(option: OptionName, otherwise: readonly number[], most = 1e9): readonly number[] {
    const given = (this.words.get(option) ?? []).flatMap((text) => text.split(','));
    if (given.length === 0) return otherwise;
    return [...new Set(given.map((text) => this.wholeOf(option, text, 1, most)))];
  }

  choice<const T extends string>(option: OptionName, allowed: readonly T[], otherwise: T): T {
    const text = this.one(option);
    if (text === null) return otherwise;
    const found = allowed.find((name) => name === text);
    if (found !== undefined) return found;
    throw this.complaint(
      option,
      `is one of ${allowed.join(', ')}, not '${text}'${didYouMean(text, allowed)}`,
    );
  }

  /** Bytes: `4096`, `512M`, `16G`. */
  size(option: OptionName, otherwise: number): number {
    const text = this.one(option);
    if (text === null) return otherwise;
    const [, digits, unit = ''] = /^(\d{1,12})([KMGT]?)$/i.exec(text) ?? [];
    if (digits === undefined || Number(digits) === 0)
      throw this.complaint(option, `takes a size such as 16G, not '${text}'`);
    return Number(digits) * 1024 ** ' KMGT'.indexOf(unit.toUpperCase() || ' ');
  }

  one(option: OptionName): string | null {
    return this.words.get(option)?.[0] ?? null;
  }

  complaint(option: OptionName, what: string): UsageError {
    return new UsageError(`--${option} ${what}`, this.command);
  }

  private wholeOf(option: OptionName, text: string, least: number, most: number): number {
    const value = /^\d{1,12}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw this.complaint(option, `takes a number from ${least} to ${most}, not '${text}'`);
  }
}
