export { didYouMean, suggestions } from '../text/suggest.js';

/** Ways a run ends, as exit statuses scripts rely on. */
export const exitStatus = {
  /** Nothing at or above `--fail-on`. */
  ok: 0,
  /** Something at or above it. */
  findings: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** An input could not be read or analysed at all. */
  input: 3,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** What the user asked for makes no sense, or not in this version. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The command whose `--help` helps, if known. */
  readonly command: string | null;

  constructor(message: string, command: string | null = null) {
    super(message);
    this.command = command;
  }
}

/** Something the user named could not be read. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
