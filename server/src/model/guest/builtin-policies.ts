/**
 * Policies the model knows by itself: what every mainline release decides, and the proposals of 2019.
 *
 * A release is a record of a few facts, and one function makes a policy of it; so a reader can see what changed when.
 */
import {
  ACCESS_PLATFORM,
  type Answer,
  type FeatureSet,
  known,
  type Policy,
  type Question,
  VERSION_1,
} from '../policy.js';
import { compare, isSince, newest, oldest, type Release, releaseOf, releaseText } from '../release.js';
import { platformOf } from './platforms.js';

/** What is the same for each question of one policy. */
interface Rules {
  readonly id: string;
  readonly title: string;
  readonly release: Release;
  /** Whether ring and payload use the DMA API, from the bit as negotiated. */
  readonly usesDmaApi: (accepted: boolean, q: Question) => boolean;
  /** Whether the driver accepts the bit at all, where it is offered and known. */
  readonly accepts?: (q: Question) => boolean;
  /** The errno of a device that is not accepted. */
  readonly refusal: (accepted: boolean, q: Question) => string | null;
  readonly decision: string;
  readonly gate: string;
}

function holds(q: Question, predicate: string): boolean {
  return q.guest.predicates.get(predicate) === true;
}

function isXen(q: Question): boolean {
  return holds(q, 'xen_domain()');
}

function isEncrypted(q: Question): boolean {
  return holds(q, 'mem_encrypt_active()');
}

function isSecure(q: Question): boolean {
  return platformOf(q.guest.platform).isSecure;
}

// ---- releases ----------------------------------------------------------------------------------------------

/** First release with `VIRTIO_F_IOMMU_PLATFORM` (renamed ACCESS_PLATFORM in v5.9): commit 1a937693993f. */
const FLAG_SINCE = 'v4.8';

/** First release in which Xen guests use the DMA API: commit 78fe39872378. */
const XEN_SINCE = 'v4.6';

/**
 * Releases from which the architecture asks for the flag. s390: commits 0afa15e1a529 and 4ce1cf7b02ed. x86: commit
 * 229164175ff0, which asks `sev_active()`; since v5.16 `cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT)` is asked, which also
 * holds on Intel TDX and in isolated Hyper-V guests.
 */
const gateSince = { s390: 'v5.10', sev: 'v5.13', x86: 'v5.16' } as const;

/** Whether the platform hook of this release restricts memory access. */
function isRestricted(release: Release, q: Question): boolean {
  const { arch } = q.guest;
  // Xen guests with CONFIG_XEN_VIRTIO were held to the flag in v5.19 alone: commit fa1f57421e0b, relaxed by
  // 251e90e7e346 in v6.0, where grants decide device by device.
  if (isXen(q) && compare(release, { major: 5, minor: 19 }) === 0) return true;
  if (arch === 's390') return holds(q, 'is_prot_virt_guest()') && isSince(release, gateSince.s390);
  if (arch === 'x86') {
    if (holds(q, 'sev_active()')) return isSince(release, gateSince.sev);
    return holds(q, 'cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT)') && isSince(release, gateSince.x86);
  }
  return false;
}

function hookName(release: Release): string {
  if (isSince(release, 'v6.0')) return 'virtio_check_mem_acc_cb()';
  if (isSince(release, 'v5.19')) return 'platform_has(PLATFORM_VIRTIO_RESTRICTED_MEM_ACCESS)';
  return 'arch_has_restricted_virtio_memory_access()';
}

/** The function that refuses a device: feature finalisation, gathered in `virtio_features_ok()` by commit 4fa59ede9519. */
function gateName(release: Release): string {
  return isSince(release, 'v5.17') ? 'virtio_features_ok()' : 'virtio_finalize_features()';
}

function ringName(release: Release): string {
  if (isSince(release, 'v6.18')) return 'vring_use_map_api()';
  return isSince(release, XEN_SINCE) ? 'vring_use_dma_api()' : 'virtio_ring.c, always by physical address';
}

function releaseRules(release: Release): Rules {
  const knowsXen = isSince(release, XEN_SINCE);
  return {
    id: releaseText(release),
    title: titleOf(release),
    release,
    usesDmaApi: (accepted, q) => accepted || (knowsXen && isXen(q)),
    refusal: (accepted, q) => {
      if (!isRestricted(release, q)) return null;
      return q.features.has(VERSION_1) && accepted ? null : '-ENODEV';
    },
    decision: ringName(release),
    gate: `${gateName(release)}, asked by ${hookName(release)}`,
  };
}

function titleOf(release: Release): string {
  if (!isSince(release, XEN_SINCE)) return 'addresses are physical, always';
  if (!isSince(release, FLAG_SINCE)) return 'DMA API in Xen guests only';
  const flag = isSince(release, 'v5.9') ? 'ACCESS_PLATFORM' : 'IOMMU_PLATFORM';
  const decides = `DMA API if ${flag} or Xen`;
  if (!isSince(release, gateSince.s390)) return `${decides}; nothing is refused`;
  if (!isSince(release, gateSince.sev)) return `${decides}; s390 refuses devices without the flag`;
  if (isSince(release, 'v6.0')) return `${decides}; a hook of the platform refuses devices without the flag`;
  return `${decides}; s390 and x86 refuse devices without the flag`;
}

// ---- proposals ---------------------------------------------------------------------------------------------

/** What guest code of 2019 decided before any proposal: v5.0 to v5.4 are alike here. */
const base = (accepted: boolean, q: Question): boolean => accepted || isXen(q);

const noGate = (): null => null;

const proposals: readonly Rules[] = [
  {
    id: 'rfc-2019',
    title: 'January 2019 RFC: encrypted guest memory alone decides',
    release: { major: 5, minor: 0 },
    usesDmaApi: (accepted, q) => base(accepted, q) || isSecure(q),
    refusal: noGate,
    decision: 'vring_use_dma_api() of the RFC',
    gate: '',
  },
  {
    id: 'rampai-2019',
    title:
      'October 2019 series: memory encrypted, DMA addresses physical, no flag: DMA API; the rest refused',
    release: { major: 5, minor: 4 },
    usesDmaApi: (accepted, q) => base(accepted, q) || (isEncrypted(q) && canUseDmaApi(accepted, q)),
    refusal: (accepted, q) => (isEncrypted(q) && !canUseDmaApi(accepted, q) ? '-EINVAL' : null),
    decision: 'vring_use_dma_api() of the series',
    gate: 'virtio_dev_probe() of the series: device unable to access encrypted memory',
  },
  {
    id: 'gibson-2019',
    title: 'August 2019 proposal: flag offered, not required; the platform says whether the driver takes it',
    release: { major: 5, minor: 3 },
    usesDmaApi: base,
    accepts: isSecure,
    // The proposal leaves the error open; this is the one mainline took a year later.
    refusal: (accepted, q) => (isSecure(q) && !accepted ? '-ENODEV' : null),
    decision: 'vring_use_dma_api()',
    gate: 'the platform code of the proposal',
  },
  {
    id: 'flag-only',
    title: 'the device must say so: the flag alone decides, nothing is refused',
    release: { major: 5, minor: 4 },
    usesDmaApi: (accepted) => accepted,
    refusal: noGate,
    decision: 'vring_use_dma_api(), the flag alone',
    gate: '',
  },
];

/** `virtio_can_use_dma_api()` of the October 2019 series; the architecture asserts, it does not measure. */
function canUseDmaApi(accepted: boolean, q: Question): boolean {
  return accepted || holds(q, 'dma_addr_is_phys_addr()');
}

// ---- from rules to a policy --------------------------------------------------------------------------------

function policyOf(rules: Rules): Policy {
  const { release } = rules;
  return {
    id: rules.id,
    title: rules.title,
    release: releaseText(release),
    kept: (q) => known(keptBits(rules, q), 'vring_transport_features()'),
    finalized: (q) => known(versionRefusal(release, q), 'vp_finalize_features()'),
    validated: (q) => known(validatedBits(release, q), "the driver's validate()"),
    refusal: (q) => known(rules.refusal(q.features.has(ACCESS_PLATFORM), q), rules.gate),
    usesDmaApi: (q): Answer<boolean> =>
      known(rules.usesDmaApi(q.features.has(ACCESS_PLATFORM), q), rules.decision),
  };
}

/** Transport bits by the release that first kept them; other bits are the driver's affair and stay. */
const transportBits: Readonly<Record<string, string>> = {
  // Virtio 1.0 over PCI: v4.0.
  [VERSION_1]: 'v4.0',
  [ACCESS_PLATFORM]: FLAG_SINCE,
  // Packed rings: commit 1ce9e6055fa0.
  VIRTIO_F_RING_PACKED: 'v5.0',
};

function keptBits(rules: Rules, q: Question): FeatureSet {
  const kept = [...q.device.offered].filter((bit) => {
    const since = transportBits[bit];
    if (since !== undefined && !isSince(rules.release, since)) return false;
    return bit !== ACCESS_PLATFORM || rules.accepts === undefined || rules.accepts(q);
  });
  return new Set(kept);
}

/**
 * Modern PCI refuses a device without VERSION_1 when it writes the features back: `vp_finalize_features()`, since v4.0. MMIO
 * and channel devices without it are legacy devices of their transport, and are driven as such.
 */
function versionRefusal(release: Release, { device: { transport }, features }: Question): string | null {
  const isModern = transport === 'pci-modern' || transport === 'pci-transitional';
  return isModern && isSince(release, 'v4.0') && !features.has(VERSION_1) ? '-EINVAL' : null;
}

/** virtio_balloon cannot work through bounce buffers and clears the flag: commit e41b1355508d. */
const BALLOON_CLEARS_SINCE = 'v4.13';

function validatedBits(release: Release, q: Question): FeatureSet {
  const clears = q.driverClears ?? (q.device.class === 'balloon' && isSince(release, BALLOON_CLEARS_SINCE));
  if (!clears) return q.features;
  const rest = new Set(q.features);
  rest.delete(ACCESS_PLATFORM);
  return rest;
}

// ---- by name -----------------------------------------------------------------------------------------------

/** One release of each era in which something changed, then the proposals: what `model list` shows. */
export const namedPolicies: readonly string[] = [
  'v3.0',
  'v4.6',
  'v4.8',
  'v5.4',
  'v5.10',
  'v5.13',
  'v5.17',
  'v5.19',
  'v6.1',
  'v6.12',
  'v6.18',
  ...proposals.map((p) => p.id),
];

const made = new Map<string, Policy>();

/** Null for a name that is no built-in policy: neither a release from v3.0 nor a proposal. */
export function builtinPolicy(id: string): Policy | null {
  const known = made.get(id);
  if (known !== undefined) return known;
  const rules = rulesOf(id);
  if (rules === null) return null;
  const policy = policyOf(rules);
  made.set(id, policy);
  return policy;
}

function rulesOf(id: string): Rules | null {
  const proposal = proposals.find((p) => p.id === id);
  if (proposal !== undefined) return proposal;
  if (!id.startsWith('v')) return null;
  const release = releaseOf(id);
  if (release === null || compare(release, oldest) < 0) return null;
  // What comes after the newest release known is taken to be like it.
  return releaseRules(compare(release, newest) > 0 ? newest : release);
}
