/** A scenario in words: what a reader has to know before the first step. */
import type { Scenario } from '../../model/index.js';
import { count } from '../style.js';
import type { TracedRun } from './phases.js';

/** Label and text, in the order they are read. */
export function scenarioLines({
  scenario,
  platform,
  policy,
}: TracedRun): readonly (readonly [string, string])[] {
  const lines: (readonly [string, string])[] = [
    ['platform', platform.name],
    ['device', deviceWords(scenario)],
    ['policy', `${policy.id}: ${policy.title}`],
  ];
  const boot = bootWords(scenario);
  if (boot !== '') lines.push(['boot', boot]);
  if (scenario.requests !== undefined) lines.push(['requests', requestWords(scenario.requests)]);
  return lines;
}

function deviceWords({ device, driver }: Scenario): string {
  if (device.class === 'emulated') return 'emulated, no virtio device: its driver always uses the DMA API';
  return [
    device.class,
    `${device.offersAccessPlatform ? 'offers' : 'does not offer'} ACCESS_PLATFORM`,
    ...(device.offersVersion1 === false ? ['does not offer VERSION_1'] : []),
    ...(device.transport === undefined ? [] : [device.transport]),
    device.addresses === 'gpa' ? 'takes addresses for guest-physical' : 'takes bus addresses',
    ...(driver?.clearsAccessPlatform === true ? ['its driver clears ACCESS_PLATFORM'] : []),
  ].join(', ');
}

function bootWords({ dmaAddress, xen, swiotlb, queue }: Scenario): string {
  return [
    ...(dmaAddress === 'offset' ? ['DMA addresses have an offset'] : []),
    ...(dmaAddress === 'translated' ? ['DMA addresses are translated'] : []),
    ...(xen === true ? ['a Xen guest'] : []),
    ...(swiotlb === undefined ? [] : [`swiotlb ${settings(swiotlb)}`]),
    ...(queue === undefined ? [] : [`queue ${settings(queue)}`]),
  ].join('; ');
}

function settings(record: object): string {
  const pairs = Object.entries(record).map(([name, value]) => `${name}=${String(value)}`);
  return pairs.length === 0 ? 'as usual' : pairs.join(' ');
}

function requestWords(requests: NonNullable<Scenario['requests']>): string {
  return requests
    .map(({ op, segments, count: times, inFlight }) => {
      const bytes = segments.reduce((sum, segment) => sum + segment, 0);
      const depth = inFlight === undefined || inFlight === 1 ? '' : `, ${inFlight} in flight`;
      return `${times} x ${op} of ${count(bytes, 'byte')} in ${count(segments.length, 'segment')}${depth}`;
    })
    .join('; ');
}
