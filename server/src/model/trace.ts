/**
 * Every step of a run as an event. Events are kept as numbers and short words, so that counting a step costs little and
 * a trace that nobody prints costs no text.
 */

/** Who acted. `platform` is the hypervisor or the hardware below it. */
export type Actor = 'driver' | 'kernel' | 'device' | 'platform';

export interface Event {
  readonly actor: Actor;
  /** What was done, in two or three words: `bounce copy`, `descriptor written`. */
  readonly what: string;
  /** The address concerned, or -1. */
  readonly address: number;
  /** Bytes concerned, or -1. */
  readonly bytes: number;
  /** The rest in words; '' where nothing is to be said. */
  readonly detail: string;
  /** Bytes as seen, where showing them tells something: at most the first 16. */
  readonly seen: Uint8Array | null;
}

export class Trace {
  /** Steps taken, recorded or not. */
  steps = 0;
  readonly events: Event[] = [];
  /** False: steps are counted, events are not kept. */
  readonly isKept: boolean;

  constructor(isKept = false) {
    this.isKept = isKept;
  }

  step(
    actor: Actor,
    what: string,
    address = -1,
    bytes = -1,
    detail = '',
    seen: Uint8Array | null = null,
  ): void {
    this.steps += 1;
    if (!this.isKept) return;
    this.events.push({ actor, what, address, bytes, detail, seen: seen === null ? null : seen.slice(0, 16) });
  }
}
