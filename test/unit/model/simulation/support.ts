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
      controller: null,
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
