/**
 * A policy: the decisions of guest code that the machine obeys. Built in for the releases and the proposals
 * (`policies.ts`), or made of the code under review by the analysis. A policy decides; only the machine finds out what
 * comes of it.
 */
import type { DeviceClass, PlatformId, Transport } from './scenario.js';

/** Names of feature bits as the kernel spells them today: `VIRTIO_F_ACCESS_PLATFORM`. */
export type FeatureSet = ReadonlySet<string>;

export const ACCESS_PLATFORM = 'VIRTIO_F_ACCESS_PLATFORM';
export const VERSION_1 = 'VIRTIO_F_VERSION_1';

/** What guest code can ask of the guest it runs in. Data of the platform and of the boot options. */
export interface GuestFacts {
  readonly platform: PlatformId;
  /** The kernel's name of the architecture: a folder below `arch/`. */
  readonly arch: 'x86' | 'powerpc' | 's390' | 'arm64';
  /**
   * Answers of predicates, by their C text: `xen_domain()`, `cc_platform_has(CC_ATTR_MEM_ENCRYPT)`. One with an
   * argument that is not listed is false when `name(*)` is; what is not here at all is not known.
   */
  readonly predicates: ReadonlyMap<string, boolean>;
}

export interface DeviceFacts {
  readonly class: DeviceClass;
  readonly transport: Transport;
  readonly offered: FeatureSet;
}

/** An answer of a policy, or that there is none and why. `where` names what answered: a function, with file and line if there is one. */
export type Answer<T> = (
  | { readonly known: true; readonly value: T; readonly where: string }
  | { readonly known: false; readonly why: string; readonly where: string }
) & {
  /** Present where the code under review has no answer, and a built-in policy gave it. */
  readonly isStandIn?: true;
};

export interface Question {
  readonly guest: GuestFacts;
  readonly device: DeviceFacts;
  /** The set of bits at the time of the question. */
  readonly features: FeatureSet;
  /** Whether the driver's own `->validate` is said to clear ACCESS_PLATFORM; null: the policy's driver tells. */
  readonly driverClears: boolean | null;
}

export interface Policy {
  readonly id: string;
  /** One line: who decides by what. */
  readonly title: string;
  /** The release whose mechanics (swiotlb, coherent memory, forced bouncing) the machine runs: `6.12`. */
  readonly release: string;
  /** Bits the ring core and transport keep of those offered (`vring_transport_features()` and what comes before). */
  kept(q: Question): Answer<FeatureSet>;
  /**
   * The transport's own check as it hands the bits to the device: null, or the errno of a device refused there. Asked after
   * `kept`; a policy without it refuses there none that `refusal` would not.
   */
  finalized?(q: Question): Answer<string | null>;
  /** The set after the driver's `->validate`. */
  validated(q: Question): Answer<FeatureSet>;
  /** Acceptance of the device: null, or the errno (`-ENODEV`). */
  refusal(q: Question): Answer<string | null>;
  /** Whether ring and payload go through the DMA API. */
  usesDmaApi(q: Question): Answer<boolean>;
}

export function known<T>(value: T, where: string): Answer<T> {
  return { known: true, value, where };
}

export function unknown(why: string, where: string): Answer<never> {
  return { known: false, why, where };
}
