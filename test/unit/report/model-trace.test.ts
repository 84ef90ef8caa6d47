import { describe, expect, it } from 'vitest';
import {
  builtinPolicy,
  deviceOf,
  type Event,
  platformOf,
  runScenario,
  type Scenario,
  scenarioOf,
  Trace,
} from '../../../server/src/model/index.js';
import { phasesOf, type TracedRun, withoutRepeats } from '../../../server/src/report/model/phases.js';
import { traceToHtml } from '../../../server/src/report/model/trace-html.js';
import { traceToText } from '../../../server/src/report/model/trace-text.js';
import { displayWidth, makeStyle, plainStyle } from '../../../server/src/report/style.js';

function traced(scenario: Scenario): TracedRun {
  const policy = builtinPolicy(scenario.policy)!;
  const trace = new Trace(true);
  const result = runScenario(scenario, { policy, trace });
  return { scenario, policy, platform: platformOf(scenario.platform), events: trace.events, result };
}

function named(platform: Scenario['platform'], device: string, policy: string, requests = 2): TracedRun {
  const scenario = scenarioOf(platform, deviceOf(device), policy, 'blk');
  return traced({ ...scenario, requests: [{ op: 'write', segments: [4096], count: requests }] });
}

function event(actor: Event['actor'], what: string, more: Partial<Event> = {}): Event {
  return { actor, what, address: -1, bytes: -1, detail: '', seen: null, ...more };
}

describe('the phases of a run', () => {
  it('are boot, negotiation, ring and one for each request, and hold every step once', () => {
    const run = named('sev-snp', 'flag', 'v6.12');
    const phases = phasesOf(run.events);
    expect(phases.map((phase) => phase.kind)).toEqual(['boot', 'negotiation', 'ring', 'request', 'request']);
    expect(phases.flatMap((phase) => phase.steps.map((step) => step.event))).toEqual(run.events);
    const [first, second] = phases.filter((phase) => phase.kind === 'request');
    expect(second!.steps.map((step) => step.event.what)).toEqual(first!.steps.map((step) => step.event.what));
  });

  it('end with the negotiation where the device is refused', () => {
    const phases = phasesOf(named('sev-snp', 'no-flag', 'v6.12').events);
    expect(phases.map((phase) => phase.kind)).toEqual(['boot', 'negotiation']);
    expect(phases.at(-1)?.steps.at(-1)?.event.what).toBe('device refused');
  });

  it('have no negotiation for a device that is no virtio device', () => {
    const phases = phasesOf(named('tdx', 'emulated', 'v6.12', 1).events);
    expect(phases.map((phase) => phase.kind)).toEqual(['boot', 'ring', 'request']);
  });

  it('are counted where they repeat', () => {
    const shown = withoutRepeats(phasesOf(named('sev', 'flag', 'v6.12', 5).events));
    const last = shown.at(-1);
    expect(last?.phase).toMatchObject({ kind: 'request', ordinal: 1 });
    expect(last?.alike).toBe(4);
    expect(traceToText(named('sev', 'flag', 'v6.12', 5), plainStyle)).toContain(
      'requests 2 to 5: the same steps',
    );
  });
});

describe('what the device saw', () => {
  const wrote = Uint8Array.of(0x01, 0xa8, 0x54);
  const events = (placed: string, address: number): Event[] => [
    event('driver', 'buffer filled', { address: 0x1000, bytes: 3, seen: wrote }),
    event('kernel', placed, { address, bytes: 3 }),
    event('device', 'read', { address, bytes: 3, detail: 'ciphertext', seen: Uint8Array.of(9, 8, 7) }),
  ];

  it.each([
    ['physical address', 0x1000],
    ['bounce slots taken', 0x8000],
    ['IOMMU mapping', 0xfffff000],
  ])('stands under what the driver wrote, wherever the buffer was mapped: %s', (placed, address) => {
    const run = { ...named('sev', 'no-flag', 'v5.4'), events: events(placed, address) };
    const text = traceToText(run, plainStyle);
    expect(text).toMatch(/device {4}read .* ciphertext\n +driver wrote +01 a8 54\n +device saw +09 08 07\n/);
    expect(traceToHtml(run)).toContain('driver wrote</span> <span class="bytes">01 a8 54');
  });

  it('has nothing written beside it where a buffer of the device lies', () => {
    const filled = events('physical address', 0x1000);
    const again = [event('driver', 'buffer to fill', { address: 0x1000, bytes: 3 }), ...filled.slice(1)];
    const text = traceToText(
      { ...named('sev', 'no-flag', 'v5.4'), events: [...filled, ...again] },
      plainStyle,
    );
    expect(text.match(/driver wrote/g)).toHaveLength(2);
  });
});

describe('the text', () => {
  it.each([80, 100, 120])('keeps to %i columns', (width) => {
    const style = makeStyle({ isColoured: true, isUnicode: true, width });
    for (const platform of ['pef', 'tdx', 'sev-snp'] as const) {
      for (const device of ['flag', 'no-flag', 'viommu']) {
        const text = traceToText(named(platform, device, 'v5.4'), style);
        for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
      }
    }
  });

  it('ends with the verdict, its evidence and what was counted', () => {
    const text = traceToText(named('pef', 'no-flag', 'v5.4'), plainStyle);
    const end = text.slice(text.indexOf('\nend\n'));
    expect(end).toContain('fault: the access faults');
    expect(end).toContain('the access to ring and payload faulted; the ultravisor stops the access');
    expect(end).toContain('no copies');
  });
});

it('escapes on a page what a scenario brings along', () => {
  const run = named('pef', 'no-flag', 'v5.4');
  const result = { ...run.result, notes: ['<script>alert(1)</script> & "more"'] };
  const page = traceToHtml({ ...run, result });
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;');
});
