/** What the commands need of the rest of the program; handed in, so that a command can be tried without it. */

import type { Configuration } from '../analysis/index.js';
import type { CalibrateOptions, Profile } from '../calibrate/index.js';
import type { DeviceId, PlatformId, Policy } from '../model/index.js';
import type { DoctorReport, Report } from '../report/report.js';
import type { RuleInfo } from '../rules/index.js';
import type { RuleSetting } from './arguments.js';
import type { ExitStatus } from './failure.js';
import type { ProgressEvent } from './progress.js';

export type { RuleInfo };

export interface Services {
  readonly analyse: (options: {
    readonly tree: string | null;
    readonly paths: readonly string[];
    readonly jobs: number;
    readonly cacheDir: string | null;
    readonly rules: ReadonlyMap<string, RuleSetting>;
    readonly timings: boolean;
    readonly outcomes: OutcomeRequest;
    /** Texts in place of those of the tree. */
    readonly overlay?: ReadonlyMap<string, string | null>;
    readonly onProgress?: (event: ProgressEvent) => void;
  }) => Promise<Report>;
  readonly doctor: (options: {
    readonly root: string;
    readonly paths: readonly string[];
    readonly jobs: number;
    readonly onProgress?: (event: ProgressEvent) => void;
  }) => Promise<DoctorReport>;
  readonly rules: () => Promise<readonly RuleInfo[]>;
  /** The decisions of the code of one tree as the policy `tree`. */
  readonly treePolicy: (options: TreePolicyOptions) => Promise<Policy>;
  /**
   * A kernel's `.config`.
   * @throws {Error} that names the line and what is wrong with it
   */
  readonly configuration: (file: string, text: string) => Promise<Configuration>;
  /** Runs until the editor ends it. */
  readonly languageServer: () => Promise<ExitStatus>;
  /** Measures this machine. */
  readonly calibrate: (options: CalibrateOptions) => Promise<Profile>;
}

/** The guests that sites are run in, as asked for; empty lists: the usual ones. */
export interface OutcomeRequest {
  readonly platforms: readonly PlatformId[];
  readonly devices: readonly DeviceId[];
  readonly policy: string;
  readonly configuration?: Configuration;
}

export interface TreePolicyOptions {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  readonly configuration?: Configuration;
}

/** The process as a command sees it. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { readonly isTTY: boolean; readonly columns: number | null };
  readonly stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** False when nobody reads on. */
  readonly print: (text: string) => boolean;
  readonly version: string;
}
