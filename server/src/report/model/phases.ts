/** The steps of a run in their phases: boot, negotiation, ring, and one phase a request. */
import type { Event, Platform, Policy, RunResult, Scenario } from '../../model/index.js';

export type PhaseKind = 'boot' | 'negotiation' | 'ring' | 'request';

export interface Step {
  /** From 1, through all phases. */
  readonly number: number;
  readonly event: Event;
  /** What the driver had written where a device reads here, as far as it was recorded; null elsewhere. */
  readonly wrote: Uint8Array | null;
}

export interface Phase {
  readonly kind: PhaseKind;
  /** Of a request, from 1; 0 for other phases. */
  readonly ordinal: number;
  readonly steps: readonly Step[];
}

/** A run to be shown step by step. */
export interface TracedRun {
  readonly scenario: Scenario;
  readonly policy: Policy;
  readonly platform: Platform;
  readonly events: readonly Event[];
  readonly result: RunResult;
}

export function phasesOf(events: readonly Event[]): readonly Phase[] {
  const steps = withWritten(events);
  const [offered, requests] = [negotiationStart(events), firstRequest(events)];
  const decided = offered < 0 ? -1 : lastDecision(events);
  const booted = offered < 0 ? poolEnd(events, requests) : offered;
  const ring = decided < 0 ? booted : decided + 1;
  const phases: Phase[] = [
    { kind: 'boot', ordinal: 0, steps: steps.slice(0, booted) },
    { kind: 'negotiation', ordinal: 0, steps: steps.slice(booted, ring) },
    { kind: 'ring', ordinal: 0, steps: steps.slice(ring, Math.max(ring, requests)) },
    ...requestPhases(steps.slice(Math.max(ring, requests))),
  ];
  return phases.filter((phase) => phase.steps.length > 0);
}

/** Phases that repeat the steps of the one before, only at other addresses and of other sizes, counted instead of listed. */
export interface Repeated {
  readonly phase: Phase;
  /** Requests that follow with the same steps. */
  readonly alike: number;
}

export function withoutRepeats(phases: readonly Phase[]): readonly Repeated[] {
  const kept: { phase: Phase; alike: number; shape: string }[] = [];
  for (const phase of phases) {
    const shape = shapeOf(phase);
    const last = kept.at(-1);
    if (phase.kind === 'request' && last?.shape === shape) last.alike += 1;
    else kept.push({ phase, alike: 0, shape });
  }
  return kept;
}

// ---- where a phase begins ----------------------------------------------------------------------------------

function negotiationStart(events: readonly Event[]): number {
  return events.findIndex((event) => event.what === 'features offered');
}

function lastDecision(events: readonly Event[]): number {
  const decisions = new Set(['features offered', 'features kept', 'features validated', 'FEATURES_OK']);
  const ends = new Set(['DMA decision', 'device refused']);
  return events.findLastIndex((event) => decisions.has(event.what) || ends.has(event.what));
}

/** After the pool of a guest that negotiates nothing. */
function poolEnd(events: readonly Event[], requests: number): number {
  return events.slice(0, requests).findLastIndex((event) => event.what.startsWith('bounce pool')) + 1;
}

function isBuffer(event: Event): boolean {
  return event.actor === 'driver' && event.what.startsWith('buffer ');
}

function firstRequest(events: readonly Event[]): number {
  const found = events.findIndex(isBuffer);
  return found < 0 ? events.length : found;
}

/** A request begins with its first buffer: the first after one was exposed. */
function requestPhases(steps: readonly Step[]): Phase[] {
  const phases: { kind: 'request'; ordinal: number; steps: Step[] }[] = [];
  let isExposed = true;
  for (const step of steps) {
    if (isExposed && isBuffer(step.event)) {
      phases.push({ kind: 'request', ordinal: phases.length + 1, steps: [] });
      isExposed = false;
    }
    if (step.event.what === 'exposed') isExposed = true;
    phases.at(-1)?.steps.push(step);
  }
  return phases;
}

function shapeOf(phase: Phase): string {
  return phase.steps
    .map(({ event }) => `${event.actor} ${event.what} ${event.detail.replace(/0x[0-9a-f]+|\d+/g, '#')}`)
    .join('\n');
}

// ---- what was written where a device reads -----------------------------------------------------------------

/** Steps that give a buffer the address which the device is told. */
const placings: ReadonlySet<string> = new Set([
  'bounce slots taken',
  'direct mapping',
  'IOMMU mapping',
  'physical address',
]);

function withWritten(events: readonly Event[]): Step[] {
  const written = new Map<number, Uint8Array | null>();
  let filled: Uint8Array | null = null;
  return events.map((event, i) => {
    if (isBuffer(event)) filled = event.what === 'buffer filled' ? event.seen : null;
    if (placings.has(event.what)) {
      written.set(event.address, filled);
      filled = null;
    }
    const isRead = event.actor === 'device' && event.what === 'read';
    return { number: i + 1, event, wrote: isRead ? (written.get(event.address) ?? null) : null };
  });
}
