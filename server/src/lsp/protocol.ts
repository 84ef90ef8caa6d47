/**
 * What server and client say to each other beyond the protocol: names, and plain data. Types only besides the names, so that
 * the extension can import this file without the server.
 *
 * Positions here are those of the protocol: 0-based, in the negotiated encoding. Lines inside texts for people are 1-based.
 */
import type { DeviceId, Outcome, PlatformId } from '../model/index.js';

export interface WirePosition {
  readonly line: number;
  readonly character: number;
}
export interface WireRange {
  readonly start: WirePosition;
  readonly end: WirePosition;
}
export interface WireLocation {
  readonly uri: string;
  readonly range: WireRange;
}
export interface DocumentPosition {
  readonly textDocument: { readonly uri: string };
  readonly position: WirePosition;
}

// ---- vringside/status: server -> client, a notification; state changes, never more often than four times a second

export const statusMethod = 'vringside/status';

export interface TreeStatus {
  readonly root: string;
  /** Of the tree's Makefile; null where it has none. */
  readonly kernelVersion: string | null;
  /** Files and sites of the open documents' reports. */
  readonly files: number;
  readonly sites: number;
  readonly findings: number;
  /** Functions the parser could not read in full, and files that could not be analysed. */
  readonly notUnderstood: number;
}

export interface ServerStatus {
  readonly state: 'starting' | 'running' | 'idle' | 'degraded';
  /** What is being done, or what failed; '' when idle. */
  readonly message: string;
  readonly trees: readonly TreeStatus[];
  /** Milliseconds of the last analysis, change to result; null before the first. */
  readonly lastMs: number | null;
}

// ---- vringside/sites: client -> server; the sites of the open documents, or of one

export const sitesMethod = 'vringside/sites';

export interface SitesParams {
  /** Absent: all open documents. */
  readonly textDocument?: { readonly uri: string };
}

export interface SiteItem {
  readonly id: string;
  readonly location: WireLocation;
  readonly function: string;
  readonly category: string;
  readonly kind: string;
  /** The kind in words. */
  readonly title: string;
  readonly expression: string;
  readonly feature: string | null;
  /** `when ACCESS_PLATFORM not negotiated`; null: always reached. */
  readonly when: string | null;
  /** Outcomes met, worst first, with how often; empty where the site is not run. */
  readonly outcomes: readonly { readonly outcome: Outcome; readonly count: number }[];
  readonly worst: Outcome | null;
}

export interface FileSites {
  readonly uri: string;
  /** Relative to its tree. */
  readonly file: string;
  readonly sites: readonly SiteItem[];
}

export interface SitesResult {
  readonly files: readonly FileSites[];
}

/** Server -> client, a notification: what `vringside/sites` would answer has changed. */
export const sitesChangedMethod = 'vringside/sitesChanged';

// ---- vringside/matrix: platform x device x policy, decided by the code at a position and by the policies named

export const matrixMethod = 'vringside/matrix';

export interface MatrixParams extends DocumentPosition {
  /** Built-in policies shown beside the tree's own (`v5.4`, `rampai-2019`); default none. */
  readonly policies?: readonly string[];
}

export interface MatrixCell {
  readonly platform: PlatformId;
  readonly device: DeviceId;
  readonly policy: string;
  readonly outcome: Outcome;
  /** `refused -ENODEV`; the outcome's word where there is no more to say. */
  readonly word: string;
  readonly why: string;
}

export interface MatrixResult {
  /** The function at the position, '' outside functions. */
  readonly function: string;
  readonly file: string;
  readonly uri: string;
  /** What the matrix shows, a sentence. */
  readonly title: string;
  readonly platforms: readonly { readonly id: PlatformId; readonly name: string }[];
  readonly devices: readonly { readonly id: DeviceId; readonly name: string }[];
  readonly policies: readonly { readonly id: string; readonly name: string }[];
  readonly cells: readonly MatrixCell[];
  /** The sites of the function, with those of its own outcomes. */
  readonly sites: readonly SiteItem[];
  /** Policies that can be added. */
  readonly known: readonly { readonly id: string; readonly name: string }[];
  readonly outcomes: readonly { readonly id: Outcome; readonly title: string; readonly meaning: string }[];
}

// ---- vringside/trace: one cell, step by step

export const traceMethod = 'vringside/trace';

export interface TraceParams {
  /** The file whose tree and driver decide under the policy `tree`. */
  readonly textDocument: { readonly uri: string };
  readonly platform: PlatformId;
  readonly device: DeviceId;
  readonly policy: string;
}

export interface TraceStep {
  readonly number: number;
  /** One sentence. */
  readonly text: string;
  /** `driver`, `kernel`, `device`, `platform`. */
  readonly actor: string;
  /** Where in the tree, where that is known. */
  readonly source: { readonly location: WireLocation; readonly label: string } | null;
  /** Hexadecimal of what the driver wrote and of what the device saw, where the step shows bytes. */
  readonly bytes: { readonly wrote: string; readonly saw: string | null } | null;
}

export interface TraceResult {
  readonly title: string;
  readonly outcome: Outcome;
  readonly word: string;
  readonly why: string;
  readonly phases: readonly { readonly title: string; readonly steps: readonly TraceStep[] }[];
}

// ---- vringside/throughput: curves for the sliders of the secure-guest view

export const throughputMethod = 'vringside/throughput';

export interface ThroughputParams {
  readonly platform: PlatformId;
  readonly deviceClass: 'blk' | 'net';
  /** Requests in flight on one queue. */
  readonly depth: number;
  readonly queues: number;
  /** Slots of 2 KiB; null: the platform's default. */
  readonly poolSlots: number | null;
  /** Sizes of a request's payload, bytes. */
  readonly blockBytes: readonly number[];
}

export interface ThroughputPoint {
  readonly blockBytes: number;
  /** Against the same requests in a plain guest; null where nothing gets through. */
  readonly ratio: { readonly low: number; readonly mid: number; readonly high: number } | null;
  readonly bytesPerSecond: { readonly low: number; readonly mid: number; readonly high: number } | null;
  /** What holds it back, in words. */
  readonly binding: string | null;
}

export interface ThroughputResult {
  readonly title: string;
  readonly points: readonly ThroughputPoint[];
  readonly pool: {
    readonly slots: number;
    readonly needed: number;
    readonly verdict: 'fits' | 'tight' | 'fails';
    readonly why: string;
    readonly fallsOverAt: readonly string[];
  };
  /** How well the figures are known, a sentence. */
  readonly evidence: string;
}

// ---- commands of code lenses, hovers and actions; the client runs them, other editors get those the server can run

export const commands = {
  /** Arguments: DocumentPosition. */
  showMatrix: 'vringside.showMatrix',
  /** Arguments: TraceParams. */
  showTrace: 'vringside.showTrace',
  /** Arguments: rule id, outcome or site kind. */
  explain: 'vringside.explain',
  /** Arguments: text. */
  copyText: 'vringside.copyText',
} as const;

/** Documents the server gives (`workspace/textDocumentContent`): rule pages, traces, files after a patch. */
export const contentScheme = 'vringside';
