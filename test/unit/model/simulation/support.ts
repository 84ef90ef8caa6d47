import { swiotlbOf } from '../../../../server/src/model/bounce/pool.js';
import { costParameters } from '../../../../server/src/model/cost/index.js';
import type { Scenario } from '../../../../server/src/model/index.js';
import { costsOf, type SimulationRequest } from '../../../../server/src/model/simulation/index.js';

/** A scenario whose requests all bounce, as a simulation of it. */
export function inTurns(scenario: Scenario, more: Partial<SimulationRequest> = {}): SimulationRequest {
  const { device, queue, swiotlb, policy, requests = [] } = scenario;
  const mechanics = swiotlbOf(policy);
  return {
    driver: {
      device: device.class,
      pageSize: scenario.pageSize ?? 4096,
      queueSize: queue?.size ?? 256,
      maxMapping: 262_144,
      release: policy,
      receiveBuffers: scenario.driver?.receiveBuffers ?? 'mergeable',
      mtu: scenario.driver?.mtu ?? null,
      controller: scenario.driver?.controller ?? null,
    },
    pool: { slots: swiotlb?.slots ?? 32_768, areas: swiotlb?.areas ?? 1, mechanics },
    ring: {
      layout: queue?.layout ?? 'split',
      indirect: queue?.indirect ?? true,
      eventIdx: queue?.eventIdx ?? true,
    },
    requests,
    order: 'in turns',
    depth: 1,
    queues: 1,
    cpus: 1,
    idle: { guest: 'halt', device: 'halt' },
    costs: costsOf('sev-snp', costParameters, 'mid', { device: device.class }),
    stopAfter: 0,
    ...more,
  };
}

type Wish = Partial<SimulationRequest> & { readonly slots?: number; readonly areas?: number };

/** Reads of 4 KiB from a disk of a SEV-SNP guest of 6.12, unless said otherwise. */
export function blockRequest(wish: Wish = {}): SimulationRequest {
  const { slots = 32_768, areas = 1, ...more } = wish;
  const scenario: Scenario = {
    policy: 'v6.12',
    platform: 'sev-snp',
    device: { class: 'blk', offersAccessPlatform: true, addresses: 'gpa' },
    swiotlb: { slots, areas },
    requests: [{ op: 'read', segments: [4096], count: 1 }],
  };
  return inTurns(scenario, { order: 'free', ...more });
}

/** Packets of a network device of such a guest. */
export function netRequest(wish: Wish = {}): SimulationRequest {
  const { slots = 32_768, areas = 1, ...more } = wish;
  const scenario: Scenario = {
    policy: 'v6.12',
    platform: 'sev-snp',
    device: { class: 'net', offersAccessPlatform: true, addresses: 'gpa' },
    swiotlb: { slots, areas },
    requests: [{ op: 'rx', segments: [1460], count: 1 }],
  };
  return inTurns(scenario, { order: 'free', ...more });
}
