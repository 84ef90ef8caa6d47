/** Receive buffers and requests of several drivers on the machine: real bytes, in secure guests and plain ones. */
import { describe, expect, it } from 'vitest';
import {
  type DeviceClass,
  type RequestSpec,
  runScenario,
  type Scenario,
} from '../../../../server/src/model/index.js';
import { parseScenario } from '../../../../server/src/model/parse.js';

const device = (deviceClass: DeviceClass): Scenario['device'] => ({
  class: deviceClass,
  offersAccessPlatform: true,
  addresses: 'gpa',
});
const secure = (deviceClass: DeviceClass, requests: readonly RequestSpec[], slots = 32768): Scenario => ({
  policy: 'v6.12',
  platform: 'sev-snp',
  device: device(deviceClass),
  swiotlb: { slots },
  requests,
});
const received: RequestSpec = { op: 'rx', segments: [60_000], count: 40, inFlight: 8 };
const sent: RequestSpec = { op: 'tx', segments: [98], count: 1 };

describe('receive buffers', () => {
  it.each(['mergeable', 'big', 'small'] as const)(
    'of a secure guest: %s ones arrive whole',
    (receiveBuffers) => {
      const { outcome, deviceRead, counts } = runScenario({
        ...secure('net', [received]),
        driver: { receiveBuffers },
      });
      expect({ outcome, deviceRead }).toEqual({ outcome: 'bounced', deviceRead: 'plain' });
      expect(counts.bytesFromDevice).toBeGreaterThanOrEqual(40 * 60_000);
    },
  );

  it('leave part of a ring empty by their layout: one pool is enough for small ones and not for chains of pages', () => {
    const at = (receiveBuffers: 'mergeable' | 'big' | 'small', slots: number): readonly string[] =>
      runScenario({
        ...secure('net', [{ ...received, count: 0 }, sent], slots),
        driver: { receiveBuffers },
      }).notes;
    expect([at('small', 4096), at('mergeable', 4096), at('big', 16384)]).toEqual([[], [], []]);
    // 107 chains of 38 slots are all that 4096 slots hold.
    expect(at('big', 4096).join()).toMatch(/no free run of slots long enough after 10\d receive buffers/);
  });

  it('are fewer pages where an MTU, and not segmentation offload, makes them big', () => {
    const rest = (mtu: number | undefined): number =>
      runScenario({
        ...secure('net', [{ ...received, segments: [64], count: 0 }]),
        driver: { receiveBuffers: 'big', ...(mtu === undefined ? {} : { mtu }) },
      }).counts.slotsAtRest;
    expect(rest(9000)).toBe(256 * 10);
    expect(rest(undefined)).toBe(256 * 38);
  });

  it('grow with the packets, and with them what the ring keeps of the pool', () => {
    const kept = (bytes: number): number =>
      runScenario(secure('net', [{ op: 'rx', segments: [bytes], count: 200, inFlight: 4 }])).counts
        .slotsAtRest;
    expect(kept(1400)).toBeLessThanOrEqual(256);
    expect(kept(9000)).toBeGreaterThan(450);
  });

  it('are none for a packet larger than what is posted: the device waits, and the run says so', () => {
    const tiny = {
      ...secure('net', [received]),
      queue: { size: 4 },
      driver: { receiveBuffers: 'big' as const },
    };
    expect(runScenario({ ...tiny, queue: { size: 4, indirect: false } }).outcome).toBe('exhausted');
    expect(runScenario(tiny).outcome).toBe('bounced');
  });
});

describe('requests', () => {
  const both: readonly RequestSpec[] = [
    { op: 'write', segments: [4096, 4096, 100], count: 3 },
    { op: 'read', segments: [8192, 4096], count: 3 },
  ];

  it.each(['fs', 'gpu', '9p', 'vsock', 'console', 'rng', 'emulated'] as const)(
    'of %s reach the device as they were',
    (each) => {
      const { outcome, deviceRead, counts } = runScenario(secure(each, both));
      expect({ outcome, deviceRead }).toEqual({ outcome: 'bounced', deviceRead: 'plain' });
      expect(counts.copiesToDevice).toBe(counts.maps);
    },
  );
});

describe('a scenario as JSON', () => {
  const text = (driver: unknown): string => JSON.stringify({ ...secure('net', [sent]), driver });

  it('may say what the driver negotiated', () => {
    const driver = { receiveBuffers: 'big', mtu: 9000, controller: 'ahci' };
    expect(parseScenario(text(driver)).driver).toEqual(driver);
  });

  it('is refused with the place where it says what there is not', () => {
    expect(() => parseScenario(text({ receiveBuffers: 'huge' }))).toThrow(/driver\.receiveBuffers/);
    expect(() => parseScenario(text({ mtu: 12 }))).toThrow(/driver\.mtu/);
  });
});
