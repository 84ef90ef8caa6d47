/**
 * What server and client say to each other beyond the protocol: names, and plain data. Types only besides the names, so that
 * the extension can import this file without the server.
 *
 * Positions here are those of the protocol: 0-based, in the negotiated encoding. Lines inside texts for people are 1-based.
 */
import type { DeviceId, Outcome, PlatformId } from '../model/index.js';
import type { Standing } from '../report/model/outcome-words.js';

export type { Standing } from '../report/model/outcome-words.js';

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
  /** Default: with the flag, without it, legacy. */
  readonly devices?: readonly DeviceId[];
}

export interface MatrixCell {
  readonly platform: PlatformId;
  readonly device: DeviceId;
  readonly policy: string;
  readonly outcome: Outcome;
  /** `-ENODEV` for a refusal; else the outcome's word. */
  readonly word: string;
  readonly why: string;
  /** Sites of the function that are reached in this guest, by id: the outcome is then theirs, else that of the device's requests. */
  readonly sites: readonly string[];
  /** No guest of the policy's release ran on that platform. */
  readonly isHypothetical: boolean;
}

export interface Named<Id extends string = string> {
  readonly id: Id;
  readonly name: string;
}

export interface MatrixResult {
  /** The function at the position, '' outside functions. */
  readonly function: string;
  /** All of it: within it the answer is the same. Null outside functions. */
  readonly range: WireRange | null;
  readonly file: string;
  readonly uri: string;
  /** What the matrix shows, a sentence. */
  readonly title: string;
  readonly platforms: readonly Named<PlatformId>[];
  readonly devices: readonly Named<DeviceId>[];
  readonly policies: readonly Named[];
  /** By platform, then device, then policy. */
  readonly cells: readonly MatrixCell[];
  /** The sites of the function. */
  readonly sites: readonly SiteItem[];
  /** Policies and devices that can be added. */
  readonly known: { readonly policies: readonly Named[]; readonly devices: readonly Named<DeviceId>[] };
  readonly outcomes: readonly {
    readonly id: Outcome;
    readonly standing: Standing;
    readonly title: string;
    readonly meaning: string;
  }[];
}

// ---- vringside/trace: one cell, step by step

export const traceMethod = 'vringside/trace';

export interface TraceParams {
  /** The file whose tree and driver decide under the policy `tree`. */
  readonly textDocument: { readonly uri: string };
  /** With a position in a function whose sites are reached there, the trace is of what those hand to the device. */
  readonly position?: WirePosition;
  readonly platform: PlatformId;
  readonly device: DeviceId;
  readonly policy: string;
}

export interface TraceBytes {
  /** `driver wrote`, `device saw`. */
  readonly label: string;
  /** `01 a8 54 ..`, or `nothing`. */
  readonly text: string;
}

export interface TraceStep {
  readonly number: number;
  readonly actor: TraceActor;
  readonly what: string;
  /** `0x101000`; '' where a step has none. */
  readonly address: string;
  readonly size: number | null;
  readonly detail: string;
  readonly isAmiss: boolean;
  /** Where in the tree, where that is known. */
  readonly source: TraceSource | null;
  readonly bytes: readonly TraceBytes[];
}

export type TraceActor = 'driver' | 'kernel' | 'device' | 'platform';

export interface TraceSource {
  readonly location: WireLocation;
  /** `virtio_ring.c:383`. */
  readonly label: string;
}

/** Steps that belong together. */
export interface TraceScene {
  readonly kind: string;
  readonly actor: TraceActor;
  /** Continues `actor`: `copies 4 KiB into the pool`. */
  readonly title: string;
  readonly detail: string;
  readonly isAmiss: boolean;
  readonly source: TraceSource | null;
  readonly bytes: readonly TraceBytes[];
  readonly steps: readonly TraceStep[];
}

export interface TracePhase {
  /** `negotiation`, `request 1`. */
  readonly title: string;
  readonly scenes: readonly TraceScene[];
  /** `request 2: the same steps, other addresses and sizes`; '' where none repeats. */
  readonly note: string;
}

export interface TraceResult {
  readonly title: string;
  /** Of the guest that ran. */
  readonly platform: { readonly name: string; readonly isProtected: boolean };
  readonly outcome: Outcome;
  readonly standing: Standing;
  readonly word: string;
  readonly why: string;
  /** What else a reader has to know of the outcome, each a sentence. */
  readonly notes: readonly string[];
  /** The scenario, what was counted, and who decided in place of code that is not there: label and text. */
  readonly facts: readonly (readonly [string, string])[];
  readonly phases: readonly TracePhase[];
}

// ---- vringside/throughput: curves for the sliders of the secure-guest view

export const throughputMethod = 'vringside/throughput';

export interface ThroughputParams {
  /** The file whose tree decides under the policy `tree`. */
  readonly textDocument: { readonly uri: string };
  readonly platform: PlatformId;
  readonly device: DeviceId;
  readonly policy: string;
  readonly deviceClass: 'blk' | 'net';
  /** Requests in flight on each queue. */
  readonly depth: number;
  readonly queues: number;
  /** Slots of 2 KiB; null: the platform's default. */
  readonly poolSlots: number | null;
  /** Sizes of a request's payload, bytes. */
  readonly blockBytes: readonly number[];
  /** The size that the pool is asked about. */
  readonly chosenBytes: number;
}

export interface WireInterval {
  readonly low: number;
  readonly mid: number;
  readonly high: number;
}

export interface ThroughputPoint {
  readonly blockBytes: number;
  /** Null where nothing gets through. */
  readonly bytesPerSecond: WireInterval | null;
  readonly requestsPerSecond: WireInterval | null;
  /** Against the same requests in a plain guest; null there. */
  readonly ratio: WireInterval | null;
  /** Of a plain guest. */
  readonly plainBytesPerSecond: number | null;
  /** What holds it back, in words. */
  readonly binding: string | null;
}

export interface ThroughputResult {
  readonly title: string;
  /** Why nothing gets through; null where it does. */
  readonly refusal: string | null;
  readonly points: readonly ThroughputPoint[];
  /** Null where nothing is bounced. */
  readonly pool: PoolFill | null;
  /** How well the figures are known, and what has to be known beside them, each a sentence. */
  readonly notes: readonly string[];
}

export interface PoolFill {
  readonly slots: number;
  readonly bytes: number;
  readonly origin: string;
  readonly demands: readonly { readonly what: string; readonly slots: number }[];
  readonly verdict: 'fits' | 'tight' | 'fails';
  readonly why: string;
  readonly fallsOverAt: readonly string[];
}

// ---- vringside/checkWorkspace: client -> server; everything on disk is read anew, and findings are told as ever

export const checkWorkspaceMethod = 'vringside/checkWorkspace';

// ---- vringside/topics: what can be explained

export const topicsMethod = 'vringside/topics';

export interface Topic {
  readonly id: string;
  readonly kind: 'rule' | 'outcome' | 'kind of site';
  readonly summary: string;
}

export interface TopicsResult {
  readonly topics: readonly Topic[];
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

/** The page of a rule, an outcome or a kind of site. */
export function pageUri(topic: string): string {
  return `${contentScheme}:/explain/${topic}.md`;
}
