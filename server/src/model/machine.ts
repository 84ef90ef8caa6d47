/**
 * The machine: boots a guest on a platform, negotiates with a device, moves real bytes, and reports what was observed.
 * Same scenario, same trace, on any machine.
 */
import { BouncePool, swiotlbOf } from './bounce/pool.js';
import { Device } from './device/device.js';
import { minAlignMaskOf } from './driver/emulated.js';
import type { DriverFacts } from './driver/shapes.js';
import { Traffic } from './driver/traffic.js';
import { builtinPolicy } from './guest/builtin-policies.js';
import { Bus } from './guest/bus.js';
import { DmaApi } from './guest/dma-api.js';
import { type Negotiated, negotiate, visibleFeatures } from './guest/negotiation.js';
import { guestFacts, type Platform, platformOf } from './guest/platforms.js';
import { GuestMemory } from './memory/guest-memory.js';
import {
  ACCESS_PLATFORM,
  type Answer,
  type DeviceFacts,
  type GuestFacts,
  known,
  type Policy,
  type Question,
  VERSION_1,
} from './policy.js';
import { isSince, newest, type Release, releaseOf } from './release.js';
import type { Counts, Outcome, RunResult, Scenario, Sight } from './scenario.js';
import { Trace } from './trace.js';

export interface RunOptions {
  /** Default: the built-in policy the scenario names. `tree` has to be given. */
  readonly policy?: Policy;
  /** Default: one that counts steps and keeps none. */
  readonly trace?: Trace;
  /** True: the page conversion with this ordinal (from 0) fails, on platforms where conversions can. */
  readonly failsConversion?: (ordinal: number) => boolean;
}

/** Guest memory: room for any pool. Addresses with an offset or an encryption bit lie beyond it. */
const MEMORY_BYTES = 4 * 2 ** 30;

/** Entries of a queue unless the scenario says otherwise: what QEMU gives block and network devices. */
const QUEUE_SIZE = 256;

/**
 * Runs a scenario.
 * @throws {RangeError} for a policy that is not built in and was not given
 */
export function runScenario(scenario: Scenario, options: RunOptions = {}): RunResult {
  const policy = options.policy ?? builtinPolicy(scenario.policy);
  if (policy === null) throw new RangeError(`no policy "${scenario.policy}"`);
  const trace = options.trace ?? new Trace();
  const guest = boot(scenario, policy, trace, options);
  try {
    return guest.run();
  } finally {
    guest.dispose();
  }
}

/** What the command line and the platform make of swiotlb. */
interface SwiotlbState {
  readonly isForced: boolean;
  /** Slots of the pool that bounces; 0: there is none. */
  readonly slots: number;
  readonly isRestricted: boolean;
}

function swiotlbState(scenario: Scenario, platform: Platform, release: Release): SwiotlbState {
  const mode = scenario.swiotlb?.mode ?? 'default';
  const slots = scenario.swiotlb?.slots ?? platform.poolSlots(MEMORY_BYTES);
  // A restricted pool is the device's own: the command line speaks of the default pool only.
  if (platform.hasRestrictedPool) return { isForced: true, slots, isRestricted: true };
  if (mode === 'force') return { isForced: true, slots, isRestricted: false };
  const isForced = platform.forcesSwiotlb(release);
  const noforce = mode === 'noforce' && isForced ? platform.noforce(release) : 'ignored';
  switch (noforce) {
    case 'ignored':
      return { isForced, slots, isRestricted: false };
    case 'obeyed':
      return { isForced: false, slots: 0, isRestricted: false };
    case 'one slot':
      return { isForced, slots: 1, isRestricted: false };
    case 'no pool':
      return { isForced, slots: 0, isRestricted: false };
  }
}

/** What guest code sees of the device of a scenario. */
export function deviceFactsOf({ device, queue }: Scenario): DeviceFacts {
  const transport = device.transport ?? (device.offersVersion1 === false ? 'pci-legacy' : 'pci-modern');
  const offered = new Set<string>();
  if (device.offersVersion1 ?? transport !== 'pci-legacy') offered.add(VERSION_1);
  if (device.offersAccessPlatform) offered.add(ACCESS_PLATFORM);
  if (queue?.layout === 'packed') offered.add('VIRTIO_F_RING_PACKED');
  if (queue?.indirect ?? true) offered.add('VIRTIO_RING_F_INDIRECT_DESC');
  if (queue?.eventIdx ?? true) offered.add('VIRTIO_RING_F_EVENT_IDX');
  return { class: device.class, transport, offered: visibleFeatures(offered, transport) };
}

/** What guest code finds out about the guest of a scenario. */
export function guestOf(scenario: Scenario, policy: Policy): GuestFacts {
  const platform = platformOf(scenario.platform);
  const { isForced, slots } = swiotlbState(scenario, platform, releaseOf(policy.release) ?? newest);
  return guestFacts(platform, { isXen: scenario.xen ?? false, hasSwiotlb: isForced && slots > 0, isForced });
}

function boot(scenario: Scenario, policy: Policy, trace: Trace, options: RunOptions): Guest {
  const platform = platformOf(scenario.platform);
  const release = releaseOf(policy.release) ?? newest;
  const memory = new GuestMemory({
    pageSize: scenario.pageSize ?? platform.pageSizes[0] ?? 4096,
    size: MEMORY_BYTES,
    protection: platform.protection,
    trace,
    ...(options.failsConversion === undefined ? {} : { failsConversion: options.failsConversion }),
  });
  const swiotlb = swiotlbState(scenario, platform, release);
  const pool =
    swiotlb.isForced && swiotlb.slots > 0
      ? new BouncePool({
          memory,
          trace,
          slots: swiotlb.slots,
          areas: scenario.swiotlb?.areas ?? 1,
          mechanics: swiotlbOf(policy.release),
          hasFixedSize: swiotlb.isRestricted || swiotlb.slots === 1,
        })
      : null;
  return new Guest(scenario, policy, platform, release, memory, pool, swiotlb, trace);
}

class Guest {
  private readonly memory: GuestMemory;
  private readonly scenario: Scenario;
  private readonly policy: Policy;
  private readonly platform: Platform;
  private readonly release: Release;
  private readonly pool: BouncePool | null;
  private readonly swiotlb: SwiotlbState;
  private readonly trace: Trace;
  private readonly notes: string[] = [];

  constructor(
    scenario: Scenario,
    policy: Policy,
    platform: Platform,
    release: Release,
    memory: GuestMemory,
    pool: BouncePool | null,
    swiotlb: SwiotlbState,
    trace: Trace,
  ) {
    this.scenario = scenario;
    this.policy = policy;
    this.platform = platform;
    this.release = release;
    this.memory = memory;
    this.pool = pool;
    this.swiotlb = swiotlb;
    this.trace = trace;
  }

  /** Gives the storage to the next machine. */
  dispose(): void {
    this.pool?.release();
    this.memory.release();
  }

  run(): RunResult {
    if (!isSince(this.release, this.platform.since))
      this.notes.push(`hypothetical: guests run on ${this.platform.name} since ${this.platform.since}`);
    const negotiated = this.negotiate();
    if (negotiated.refused !== null) return this.refused(negotiated);
    if (negotiated.undecided !== null || !negotiated.usesDmaApi.known) return this.undecided(negotiated);
    return this.exchange(negotiated, negotiated.usesDmaApi.value);
  }

  // ---- negotiation -----------------------------------------------------------------------------------------

  private negotiate(): Negotiated {
    const { device, driver } = this.scenario;
    // An emulated device is no virtio device: its driver knows the DMA API only, and nothing is negotiated.
    if (device.class === 'emulated') {
      const usesDmaApi = known(true, 'a driver that always uses the DMA API');
      return { features: new Set(), refused: null, usesDmaApi, undecided: null };
    }
    const guest = guestOf(this.scenario, this.policy);
    const facts = deviceFactsOf(this.scenario);
    return negotiate(
      this.saying(this.policy),
      guest,
      facts,
      driver?.clearsAccessPlatform ?? null,
      this.trace,
    );
  }

  /** The same policy; what it could not answer of itself is noted. */
  private saying(policy: Policy): Policy {
    const noted = <T>(answer: Answer<T>): Answer<T> => {
      const note = `decided by ${answer.where}`;
      if (answer.isStandIn === true && !this.notes.includes(note)) this.notes.push(note);
      return answer;
    };
    const { finalized } = policy;
    return {
      ...policy,
      kept: (q) => noted(policy.kept(q)),
      ...(finalized === undefined ? {} : { finalized: (q: Question) => noted(finalized(q)) }),
      validated: (q) => noted(policy.validated(q)),
      refusal: (q) => noted(policy.refusal(q)),
      usesDmaApi: (q) => noted(policy.usesDmaApi(q)),
    };
  }

  // ---- data ------------------------------------------------------------------------------------------------

  private exchange(negotiated: Negotiated, usesDmaApi: boolean): RunResult {
    const relation = this.scenario.dmaAddress ?? 'equal';
    const bus = new Bus(this.memory, relation);
    const dma = usesDmaApi
      ? new DmaApi({
          memory: this.memory,
          trace: this.trace,
          bus,
          relation,
          pool: this.pool,
          isForced: this.swiotlb.isForced,
          isPoolForAllocation: this.swiotlb.isRestricted,
          sharesCoherent: this.platform.sharesCoherent,
          encryptionBit: this.platform.encryptionBit,
        })
      : null;
    const booted = this.memory.conversions;
    const traffic = new Traffic({
      memory: this.memory,
      trace: this.trace,
      dma,
      pool: dma === null ? null : this.pool,
      device: new Device(this.memory, bus, this.scenario.device.addresses, this.trace),
      driver: this.driverFacts(dma !== null && relation !== 'translated'),
      features: negotiated.features,
    });
    const seen = traffic.run(this.scenario.requests ?? null);
    const ring = seen.ringFailure === null ? outcomeOf(seen.ring, false) : 'exhausted';
    const payload = seen.exhausted === null ? outcomeOf(seen.payload, seen.isBounced) : 'exhausted';
    this.notes.push(...seen.notes);
    if (dma !== null && !this.swiotlb.isForced && this.platform.notForcedBecause !== '')
      this.notes.push(`payload is not bounced: ${this.platform.notForcedBecause}`);
    return {
      ...this.head(negotiated, usesDmaApi),
      outcome: isWorking(ring) ? payload : ring,
      ring,
      payload,
      gate: null,
      deviceRead: seen.ring === 'plain' ? seen.payload : seen.ring,
      counts: { ...seen.counts, conversions: this.memory.conversions - booted },
      notes: this.notes,
    };
  }

  private driverFacts(mayBounce: boolean): DriverFacts {
    const { device, driver, queue } = this.scenario;
    const controller = driver?.controller ?? null;
    const minAlignMask = device.class === 'emulated' ? minAlignMaskOf(controller) : 0;
    return {
      device: device.class,
      pageSize: this.memory.pageSize,
      queueSize: queue?.size ?? QUEUE_SIZE,
      // dma_direct_max_mapping_size(): bounded only where bounce buffers apply (kernel/dma/direct.c:641 of v6.12).
      maxMapping: mayBounce && this.pool !== null ? this.pool.maxMappingSize(minAlignMask) : Infinity,
      release: this.policy.release,
      receiveBuffers: driver?.receiveBuffers ?? 'mergeable',
      mtu: driver?.mtu ?? null,
      controller,
    };
  }

  // ---- results ---------------------------------------------------------------------------------------------

  private head(
    { features }: Negotiated,
    usesDmaApi: boolean,
  ): Pick<RunResult, 'id' | 'accessPlatformNegotiated' | 'usesDmaApi'> {
    return {
      id: this.scenario.id ?? null,
      accessPlatformNegotiated: features.has(ACCESS_PLATFORM),
      usesDmaApi,
    };
  }

  private refused(negotiated: Negotiated): RunResult {
    return {
      ...this.head(negotiated, false),
      outcome: 'refused',
      ring: 'refused',
      payload: 'refused',
      gate: negotiated.refused,
      deviceRead: null,
      counts: noCounts,
      notes: this.notes,
    };
  }

  private undecided(negotiated: Negotiated): RunResult {
    this.notes.push(`not known: ${negotiated.undecided}`);
    return {
      ...this.head(negotiated, false),
      outcome: 'undecided',
      ring: 'undecided',
      payload: 'undecided',
      gate: null,
      deviceRead: null,
      counts: noCounts,
      notes: this.notes,
    };
  }
}

const noCounts: Counts = {
  maps: 0,
  copiesToDevice: 0,
  bytesToDevice: 0,
  copiesFromDevice: 0,
  bytesFromDevice: 0,
  slotsPeak: 0,
  slotsAtRest: 0,
  descriptors: 0,
  conversions: 0,
};

/** The outcome of what was seen; `isBounced`: what was seen were bounce buffers. */
function outcomeOf(sight: Sight, isBounced: boolean): Outcome {
  switch (sight) {
    case 'plain':
      return isBounced ? 'bounced' : 'direct';
    case 'ciphertext':
    case 'fault':
      return sight;
    case 'stale-alias':
      return 'stale';
    case 'wrong-address':
      return 'misread';
  }
}

function isWorking(outcome: Outcome): boolean {
  return outcome === 'direct' || outcome === 'bounced';
}
