import type { Mapping } from '../kinds.js';

/** What is counted while a simulation runs: whole numbers only. */
export class Tally {
  submitted = 0;
  completed = 0;
  // Counts of the machine.
  maps = 0;
  copiesToDevice = 0;
  bytesToDevice = 0;
  copiesFromDevice = 0;
  bytesFromDevice = 0;
  descriptors = 0;
  // Notifications.
  kicks = 0;
  interrupts = 0;
  guestWakes = 0;
  deviceWakes = 0;
  /** Device went to sleep; requests and buffers given back by it; both for the invariants. */
  deviceSleeps = 0;
  exposed = 0;
  used = 0;
  // The pool.
  failedMaps = 0;
  requeues = 0;
  unmaps = 0;
  // Time.
  guestNs = 0;
  copyNs = 0;
  lockWaitNs = 0;
  kickNs = 0;
  deviceNs = 0;
  wakeNs = 0;
  // The worst.
  longestQueue = 0;
  longestLockWaitNs = 0;

  mapped(mapping: Mapping): void {
    this.maps += 1;
    if (mapping.bytesIn < 0) return;
    this.copiesToDevice += 1;
    this.bytesToDevice += mapping.bytesIn;
    this.copyNs += mapping.copyNs;
  }

  unmapped(mapping: Mapping): void {
    this.unmaps += 1;
    if (mapping.bytesOut < 0) return;
    this.copiesFromDevice += 1;
    this.bytesFromDevice += mapping.bytesOut;
    this.copyNs += mapping.copyNs;
  }

  /** What was mapped before the first request is there, and not counted as done. */
  forgetMappings(): void {
    this.maps = 0;
    this.copiesToDevice = 0;
    this.bytesToDevice = 0;
    this.copiesFromDevice = 0;
    this.bytesFromDevice = 0;
    this.descriptors = 0;
    this.failedMaps = 0;
    this.requeues = 0;
    this.unmaps = 0;
  }
}
