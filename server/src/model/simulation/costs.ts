/** Costs of a simulation from the cost parameters: whole nanoseconds, or picoseconds where those would be too coarse. */

import { mappedSlotsNs } from '../cost/curves/slots.js';
import {
  type Backend,
  type CostParameters,
  copyNs,
  type GuestWork,
  guestWork,
  type Interval,
  type RingKind,
  usualBackend,
} from '../cost/index.js';
import type { DeviceClass, PlatformId } from '../scenario.js';
import type { SimulationCosts } from './request.js';

export interface CostChoices {
  /** Whose driver and, unless said otherwise, whose usual back end; default: a disk. */
  readonly device?: DeviceClass;
  readonly backend?: Backend;
  readonly guest?: GuestWork;
  readonly ring?: RingKind;
}

/** A page: what a copy's slope is taken at. */
const PAGE = 4096;

/** guest_halt_poll_ns of cpuidle_haltpoll and halt_poll_ns of KVM (Documentation/virt/guest-halt-polling.rst of v6.12). */
const HALT_POLL_NS = 200_000;

export function costsOf(
  platform: PlatformId,
  { machine, platforms }: CostParameters,
  bound: keyof Interval,
  choices: CostChoices = {},
): SimulationCosts {
  const { device = 'blk', ring = 'split' } = choices;
  const backend = choices.backend ?? usualBackend(device);
  const guest = choices.guest ?? guestWork(device);
  const { kickNs, interruptWakeNs, copyColdNsPerByte } = platforms[platform];
  const copies = {
    hotNsPerByte: machine.copyHotNsPerByte,
    coldNsPerByte: copyColdNsPerByte,
    coldFixedNs: machine.copyColdFixedNs,
  };
  const noBytes = copyNs(0, 'both cold', copies)[bound];
  const page = copyNs(PAGE, 'both cold', copies)[bound];
  const slot = mappedSlotsNs(1, 1, machine)[bound];
  const many = mappedSlotsNs(128, 1, machine)[bound];
  const busy = backend.busyNs[bound];
  return {
    driverNs: whole(guest.requestNs[bound]),
    driverPsPerByte: thousandths(guest.nsPerByte[bound]),
    mapCallNs: whole(machine.dmaCallNs[bound]),
    slotPairNs: whole(slot),
    slotPs: thousandths((many - slot) / 127),
    probePs: thousandths(machine.probeNs[bound]),
    copyNs: whole(noBytes),
    copyPsPerByte: thousandths((page - noBytes) / PAGE),
    lockHandOverNs: whole(machine.lockHandOverNs[bound]),
    kickNs: backend.polls ? 0 : whole(kickNs[bound]),
    interruptNs: whole(machine.interruptNs[bound]),
    guestWakeNs: whole(machine.haltNs[bound] + interruptWakeNs[bound]),
    deviceWakeNs: whole(machine.wakeNs[bound]),
    deviceRequestNs: whole(busy),
    deviceDescriptorNs: 0,
    devicePsPerByte: thousandths(backend.busyNsPerByte[bound]),
    deviceLatencyNs: backend.isConcurrent ? Math.max(0, whole(backend.serviceNs[bound] - busy)) : 0,
    ringStreamNs: whole(machine.rings[ring].streamNs[bound]),
    ringRoundTripNs: whole(machine.rings[ring].roundTripNs[bound]),
    haltPollNs: HALT_POLL_NS,
  };
}

function whole(ns: number): number {
  return Math.round(ns);
}

function thousandths(ns: number): number {
  return Math.round(ns * 1000);
}
