import type { Range } from '../text/span.js';

export type Level = 'error' | 'warning' | 'note';

export interface Related {
  readonly file: string;
  readonly range: Range;
  readonly message: string;
}

/** A text in place of another. */
export interface Edit {
  readonly file: string;
  readonly range: Range;
  readonly newText: string;
}

/** What a finding is mended by. */
export interface FindingFix {
  /** What it does, in the imperative. */
  readonly title: string;
  /** Whether it is the whole of the remedy: such fixes may be applied unseen. */
  readonly isPreferred: boolean;
  readonly edits: readonly Edit[];
}

/** Something a reviewer should be told, with its evidence. */
export interface Finding {
  readonly rule: string;
  readonly level: Level;
  /** One line: who sees what, named object, place of the decision. */
  readonly message: string;
  readonly file: string;
  readonly function: string;
  readonly range: Range;
  /** Id of the site it rests on. */
  readonly site?: string;
  readonly related: readonly Related[];
  readonly fix?: FindingFix;
  /** Stable identity: rule, file, function, normalised statement, ordinal. */
  readonly fingerprint: string;
  /** Against a baseline; absent where there is none. */
  readonly status?: 'new' | 'existing';
}
