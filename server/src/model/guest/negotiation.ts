/**
 * Feature negotiation in the order of `virtio_dev_probe()` (drivers/virtio/virtio.c of v6.12): the machine walks the
 * steps, the policy answers what guest code decides at each.
 */
import {
  ACCESS_PLATFORM,
  type Answer,
  type DeviceFacts,
  type FeatureSet,
  type GuestFacts,
  known,
  type Policy,
  type Question,
  VERSION_1,
} from '../policy.js';
import type { Transport } from '../scenario.js';
import type { Trace } from '../trace.js';

export interface Negotiated {
  readonly features: FeatureSet;
  readonly refused: { readonly errno: string; readonly where: string } | null;
  readonly usesDmaApi: Answer<boolean>;
  /** The first thing that was not known, and without which nothing can be said. */
  readonly undecided: string | null;
}

/** Bits from 32 on, which the 32 feature bits of a legacy device cannot carry (virtio 1.2, 4.1.4.8 and 6). */
const highBits: ReadonlySet<string> = new Set([
  VERSION_1,
  ACCESS_PLATFORM,
  'VIRTIO_F_RING_PACKED',
  'VIRTIO_F_IN_ORDER',
  'VIRTIO_F_ORDER_PLATFORM',
]);

/**
 * What the guest can see of the bits a device offers. A legacy PCI device and a channel device of revision 0 have 32
 * (virtio_ccw_get_features() of v6.12); a legacy MMIO device has a register for the upper half too.
 */
export function visibleFeatures(offered: FeatureSet, transport: Transport): FeatureSet {
  const isRevision0 = transport === 'ccw' && !offered.has(VERSION_1);
  if (transport !== 'pci-legacy' && !isRevision0) return offered;
  return new Set([...offered].filter((bit) => !highBits.has(bit)));
}

export function negotiate(
  policy: Policy,
  guest: GuestFacts,
  device: DeviceFacts,
  driverClears: boolean | null,
  trace: Trace,
): Negotiated {
  const question = (features: FeatureSet): Question => ({ guest, device, features, driverClears });
  trace.step('device', 'features offered', -1, -1, list(device.offered));
  const kept = policy.kept(question(device.offered));
  if (!kept.known) return undecided(policy, question(device.offered), kept);
  trace.step('kernel', 'features kept', -1, -1, `${list(kept.value)} by ${kept.where}`);
  const finalized = policy.finalized?.(question(kept.value)) ?? known(null, '');
  if (!finalized.known) return undecided(policy, question(kept.value), finalized);
  if (finalized.value !== null)
    return refuse(question(kept.value), { errno: finalized.value, where: finalized.where }, trace);
  const validated = policy.validated(question(kept.value));
  if (!validated.known) return undecided(policy, question(kept.value), validated);
  if (validated.value.size !== kept.value.size)
    trace.step('driver', 'features validated', -1, -1, `${list(validated.value)} left by ${validated.where}`);
  const last = question(validated.value);
  const refusal = policy.refusal(last);
  if (!refusal.known) return undecided(policy, last, refusal);
  if (refusal.value !== null) return refuse(last, { errno: refusal.value, where: refusal.where }, trace);
  trace.step('kernel', 'FEATURES_OK', -1, -1, list(validated.value));
  const usesDmaApi = policy.usesDmaApi(last);
  const said = usesDmaApi.known ? (usesDmaApi.value ? 'DMA API' : 'physical addresses') : usesDmaApi.why;
  trace.step('kernel', 'DMA decision', -1, -1, `${said}: ${usesDmaApi.where}`);
  return {
    features: validated.value,
    refused: null,
    usesDmaApi,
    undecided: usesDmaApi.known ? null : `${usesDmaApi.where}: ${usesDmaApi.why}`,
  };
}

/** The driver never runs: nothing is mapped, whatever the decision function would have said. */
function refuse(q: Question, refused: { errno: string; where: string }, trace: Trace): Negotiated {
  trace.step('kernel', 'device refused', -1, -1, `${refused.errno}, ${refused.where}`);
  const usesDmaApi = known(false, 'the device is refused');
  return { features: q.features, refused, usesDmaApi, undecided: null };
}

function undecided(policy: Policy, q: Question, answer: { why: string; where: string }): Negotiated {
  return {
    features: q.features,
    refused: null,
    usesDmaApi: policy.usesDmaApi(q),
    undecided: `${answer.where}: ${answer.why}`,
  };
}

function list(features: FeatureSet): string {
  const names = [...features].map((name) => name.replace(/^VIRTIO_(?:RING_)?F_/, '')).sort();
  return names.length === 0 ? 'none' : names.join(' ');
}
