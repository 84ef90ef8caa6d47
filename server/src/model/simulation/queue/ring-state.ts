/**
 * What both ends of a virtqueue know of notifications, without the ring's memory: the state that `SplitRing` and
 * `SplitDeviceQueue`, `PackedRing` and `PackedDeviceQueue` keep there. A test drives these and those together.
 */
import { needEvent, needPackedEvent, offWrap, U16 } from '../../virtqueue/event-index.js';
import { EVENT_DESC, EVENT_DISABLE, EVENT_ENABLE, EVENT_WRAP_BIT } from '../../virtqueue/layout.js';

export interface RingState {
  /** The driver exposes one request of so many descriptors of the ring. */
  add(descriptors: number): void;
  /** Whether the device asked to be told of what was added since this was last asked. */
  kickNeeded(): boolean;
  /** The device takes it from the ring. */
  pop(descriptors: number): void;
  disableKicks(): void;
  /**
   * Asks to be kicked for what comes after all that is there: a receive queue may hold buffers, but too few for a packet
   * (vhost_enable_notify() of v6.12 writes avail_idx, not last_avail_idx).
   */
  enableKicks(): void;
  /** The device gives it back. */
  push(descriptors: number): void;
  interruptNeeded(): boolean;
  /** The driver takes it back. */
  take(descriptors: number): void;
  /** An interrupt came, for something used. */
  interrupted(): void;
  disableInterrupts(): void;
  enableInterrupts(): void;
  /** All of it, each index against the others, so that equal states read the same. */
  signature(): string;
}

export function ringState(layout: 'split' | 'packed', size: number, eventIdx: boolean): RingState {
  return layout === 'packed' ? new PackedState(size, eventIdx) : new SplitState(eventIdx);
}

/** Virtio 1.2, 2.7.7 and 2.7.10. */
class SplitState implements RingState {
  private readonly eventIdx: boolean;
  private availIdx = 0;
  private lastAvail = 0;
  private usedIdx = 0;
  private lastUsed = 0;
  private availEvent = 0;
  private usedEvent = 0;
  private noNotify = false;
  private noInterrupt = false;
  private wantsKicks = true;
  private wantsInterrupts = true;
  private isTriggered = false;
  private added = 0;
  private pushed = 0;

  constructor(eventIdx: boolean) {
    this.eventIdx = eventIdx;
  }

  add(): void {
    this.availIdx = (this.availIdx + 1) & U16;
    this.added += 1;
  }

  kickNeeded(): boolean {
    const old = (this.availIdx - this.added) & U16;
    this.added = 0;
    return this.eventIdx ? needEvent(this.availEvent, this.availIdx, old) : !this.noNotify;
  }

  pop(): void {
    this.lastAvail = (this.lastAvail + 1) & U16;
    if (this.wantsKicks && this.eventIdx) this.availEvent = this.lastAvail;
  }

  disableKicks(): void {
    this.wantsKicks = false;
    if (!this.eventIdx) this.noNotify = true;
  }

  enableKicks(): void {
    this.wantsKicks = true;
    if (this.eventIdx) this.availEvent = this.availIdx;
    else this.noNotify = false;
  }

  push(): void {
    this.usedIdx = (this.usedIdx + 1) & U16;
    this.pushed += 1;
  }

  interruptNeeded(): boolean {
    const old = (this.usedIdx - this.pushed) & U16;
    this.pushed = 0;
    return this.eventIdx ? needEvent(this.usedEvent, this.usedIdx, old) : !this.noInterrupt;
  }

  take(): void {
    this.lastUsed = (this.lastUsed + 1) & U16;
    if (this.wantsInterrupts) this.usedEvent = this.lastUsed;
  }

  interrupted(): void {
    if (this.eventIdx) this.isTriggered = true;
  }

  disableInterrupts(): void {
    if (!this.wantsInterrupts) return;
    this.wantsInterrupts = false;
    if (this.isTriggered) return;
    if (this.eventIdx) this.usedEvent = 0;
    else this.noInterrupt = true;
  }

  enableInterrupts(): void {
    this.isTriggered = false;
    this.wantsInterrupts = true;
    this.noInterrupt = false;
    this.usedEvent = this.lastUsed;
  }

  signature(): string {
    const { availIdx, lastAvail, availEvent, usedIdx, lastUsed, usedEvent } = this;
    const indexes = [availIdx - lastAvail, availIdx - availEvent, usedIdx - lastUsed, usedIdx - usedEvent];
    const flags = [this.noNotify, this.noInterrupt, this.wantsKicks, this.wantsInterrupts, this.isTriggered];
    return `${indexes.map((n) => n & U16).join()},${flags.map(Number).join('')},${this.added},${this.pushed}`;
  }
}

/** Virtio 1.2, 2.8.10: positions are offsets in the ring with a wrap counter. */
class PackedState implements RingState {
  private readonly size: number;
  private readonly eventIdx: boolean;
  private readonly avail = { offset: 0, wrap: true };
  private readonly seen = { offset: 0, wrap: true };
  private readonly used = { offset: 0, wrap: true };
  private readonly taken = { offset: 0, wrap: true };
  /** Event suppression as it stands in memory, and as the driver last decided it. */
  private deviceFlags = EVENT_ENABLE;
  private deviceOffWrap = 0;
  private driverFlags = EVENT_ENABLE;
  private driverOffWrap = 0;
  private wanted = EVENT_ENABLE;
  private isTriggered = false;
  private added = 0;
  private pushed = 0;

  constructor(size: number, eventIdx: boolean) {
    this.size = size;
    this.eventIdx = eventIdx;
  }

  add(descriptors: number): void {
    this.step(this.avail, descriptors);
    this.added += descriptors;
  }

  kickNeeded(): boolean {
    const { offset, wrap } = this.avail;
    const at = { offset, wrap, size: this.size, moved: this.added };
    this.added = 0;
    return needPackedEvent(this.deviceFlags, this.deviceOffWrap, at);
  }

  pop(descriptors: number): void {
    this.step(this.seen, descriptors);
    if (this.deviceFlags === EVENT_DESC) this.deviceOffWrap = offWrap(this.seen.offset, this.seen.wrap);
  }

  disableKicks(): void {
    this.deviceFlags = EVENT_DISABLE;
  }

  enableKicks(): void {
    if (this.eventIdx) this.deviceOffWrap = offWrap(this.avail.offset, this.avail.wrap);
    this.deviceFlags = this.eventIdx ? EVENT_DESC : EVENT_ENABLE;
  }

  push(descriptors: number): void {
    this.step(this.used, descriptors);
    this.pushed += descriptors;
  }

  interruptNeeded(): boolean {
    const { offset, wrap } = this.used;
    const at = { offset, wrap, size: this.size, moved: this.pushed };
    this.pushed = 0;
    return needPackedEvent(this.driverFlags, this.driverOffWrap, at);
  }

  take(descriptors: number): void {
    this.step(this.taken, descriptors);
    if (this.wanted === EVENT_DESC) this.driverOffWrap = offWrap(this.taken.offset, this.taken.wrap);
  }

  interrupted(): void {
    if (this.eventIdx) this.isTriggered = true;
  }

  disableInterrupts(): void {
    if (this.wanted === EVENT_DISABLE) return;
    this.wanted = EVENT_DISABLE;
    if (!this.isTriggered) this.driverFlags = EVENT_DISABLE;
  }

  enableInterrupts(): void {
    this.isTriggered = false;
    if (this.eventIdx) this.driverOffWrap = offWrap(this.taken.offset, this.taken.wrap);
    if (this.wanted !== EVENT_DISABLE) return;
    this.wanted = this.eventIdx ? EVENT_DESC : EVENT_ENABLE;
    this.driverFlags = this.wanted;
  }

  signature(): string {
    const { avail, seen, used, taken } = this;
    const marks = [
      this.between(avail, offWrap(seen.offset, seen.wrap)),
      this.between(avail, this.deviceOffWrap),
    ];
    marks.push(this.between(used, offWrap(taken.offset, taken.wrap)), this.between(used, this.driverOffWrap));
    const flags = [this.deviceFlags, this.driverFlags, this.wanted, Number(this.isTriggered)];
    return [...marks, ...flags, this.added, this.pushed].join();
  }

  /** Descriptors from a place up to another, which is at most two rounds further. */
  private between(to: { offset: number; wrap: boolean }, from: number): number {
    const rounds = 2 * this.size;
    const start = (from & ~EVENT_WRAP_BIT) + ((from & EVENT_WRAP_BIT) !== 0 ? 0 : this.size);
    return (to.offset + (to.wrap ? 0 : this.size) - start + rounds) % rounds;
  }

  private step(place: { offset: number; wrap: boolean }, descriptors: number): void {
    place.offset += descriptors;
    if (place.offset < this.size) return;
    place.offset -= this.size;
    place.wrap = !place.wrap;
  }
}
