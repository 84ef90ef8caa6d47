import { beforeAll, describe, expect, it } from 'vitest';
import type { MatrixCell, MatrixResult } from '../../../../server/src/lsp/protocol.js';
import {
  fileSites,
  matrixAt,
  type RequestView,
  throughputAnswer,
  topics,
  traceOf,
} from '../../../../server/src/lsp/requests/index.js';
import { demoView, offsetOf, ringFile } from './support.js';

let view: RequestView;
beforeAll(async () => {
  view = await demoView([ringFile, 'drivers/gpu/drm/virtio/virtgpu_object.c']);
});

const at = (text: string): { file: string; offset: number } => ({
  file: ringFile,
  offset: offsetOf(view, ringFile, text),
});

function cell(matrix: MatrixResult, platform: string, device: string, policy = 'tree'): MatrixCell {
  const found = matrix.cells.find(
    (c) => c.platform === platform && c.device === device && c.policy === policy,
  );
  if (found === undefined) throw new Error(`no cell ${platform} ${device} ${policy}`);
  return found;
}

describe('sites', () => {
  it('lists every site of the files, with its guard in words and its worst outcome', () => {
    const files = fileSites(view);
    expect(files.map(({ file }) => file)).toEqual(['drivers/gpu/drm/virtio/virtgpu_object.c', ringFile]);
    expect(files.flatMap(({ sites }) => sites)).toHaveLength(view.report.sites.length);
    const bypass = files[1]?.sites.find(({ function: name }) => name === 'vring_map_one_sg');
    expect(bypass).toMatchObject({
      title: 'CPU physical address used as DMA address',
      when: 'when ACCESS_PLATFORM not negotiated, and not a Xen guest',
      worst: 'fault',
      location: { uri: `file:///demo/${ringFile}`, range: { start: { line: 38 } } },
    });
    expect(bypass?.outcomes.map(({ outcome }) => outcome)).toEqual(['fault', 'refused', 'direct']);
  });

  it('lists those of one file alone when asked', () => {
    expect(fileSites(view, ringFile).map(({ file }) => file)).toEqual([ringFile]);
  });
});

describe('matrix', () => {
  it('of a bypass site: the outcome there where it is reached, that of the driver where it is not', async () => {
    const matrix = await matrixAt(view, at('sg_phys(sg)'));
    expect(matrix.function).toBe('vring_map_one_sg');
    expect(matrix.title).toBe('what becomes of data at vring_map_one_sg()');
    expect(cell(matrix, 'pef', 'no-flag')).toMatchObject({ outcome: 'fault', word: 'fault' });
    expect(cell(matrix, 'pef', 'no-flag').sites).toHaveLength(1);
    expect(cell(matrix, 'sev-snp', 'no-flag')).toMatchObject({ outcome: 'refused', word: '-ENODEV' });
    expect(cell(matrix, 'sev-snp', 'flag')).toMatchObject({ outcome: 'bounced', sites: [] });
    expect(matrix.cells).toHaveLength(
      matrix.platforms.length * matrix.devices.length * matrix.policies.length,
    );
  });

  it('of a decision function, beside named policies: the same as the model alone says', async () => {
    const matrix = await matrixAt(view, {
      ...at('static bool vring_use_dma_api'),
      policies: ['v5.4'],
      devices: ['no-flag'],
    });
    expect(matrix.function).toBe('vring_use_dma_api');
    expect(matrix.policies.map(({ id }) => id)).toEqual(['tree', 'v5.4']);
    expect(cell(matrix, 'sev', 'no-flag').word).toBe('-ENODEV');
    expect(cell(matrix, 'sev', 'no-flag', 'v5.4').word).toBe('ciphertext');
    expect(cell(matrix, 'tdx', 'no-flag', 'v5.4')).toMatchObject({ word: 'stale', isHypothetical: true });
  });

  it('outside functions: of a driver as a whole', async () => {
    const matrix = await matrixAt(view, { file: ringFile, offset: 0 });
    expect(matrix.function).toBe('');
    expect(matrix.sites).toEqual([]);
    expect(cell(matrix, 'plain', 'flag').outcome).toBe('direct');
  });

  it('refuses a policy that is none', async () => {
    const asked = matrixAt(view, { file: ringFile, offset: 0, policies: ['nobody-2020'] });
    await expect(asked).rejects.toThrow(/nobody/);
  });

  it('rests between units of work, and ends there when it is not wanted', async () => {
    let pauses = 0;
    await matrixAt(view, at('sg_phys(sg)'), async () => {
      pauses += 1;
    });
    expect(pauses).toBeGreaterThan(10);
    const unwanted = matrixAt(view, at('sg_phys(sg)'), () => Promise.reject(new Error('not wanted')));
    await expect(unwanted).rejects.toThrow('not wanted');
  });
});

describe('trace', () => {
  const scenario = { file: ringFile, platform: 'pef', device: 'no-flag', policy: 'tree' } as const;

  it('tells a bypass as a film, in the tree, with the bytes', () => {
    const trace = traceOf(view, { ...scenario, offset: null });
    expect(trace.outcome).toBe('fault');
    const decision = trace.phases.flatMap(({ scenes }) => scenes).find(({ kind }) => kind === 'decide');
    expect(decision).toMatchObject({
      title: 'decides for physical addresses',
      source: { label: 'virtio_ring.c:32', location: { range: { start: { line: 31, character: 1 } } } },
    });
    const request = trace.phases.find(({ title }) => title === 'request 1');
    expect(request?.scenes.map(({ kind }) => kind)).toEqual([
      'fill',
      'map',
      'describe',
      'publish',
      'kick',
      'look',
      'read',
      'answer',
    ]);
    const read = request?.scenes.find(({ kind }) => kind === 'read');
    expect(read).toMatchObject({ actor: 'device', isAmiss: true, detail: 'the access faults' });
    expect(read?.bytes.map(({ label }) => label)).toEqual(['driver wrote', 'device saw']);
    expect(read?.bytes[1]?.text).toBe('nothing');
    const mapped = request?.scenes.find(({ kind }) => kind === 'map');
    expect(mapped?.source?.label).toBe('vring_map_one_sg()');
  });

  it('has every step of the run in one scene', () => {
    const { phases } = traceOf(view, { ...scenario, device: 'flag', platform: 'tdx', offset: null });
    const first = phases.filter(({ title }) => title !== 'request 2').flatMap(({ scenes }) => scenes);
    const numbers = first.flatMap(({ steps }) => steps.map(({ number }) => number));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, i) => i + 1));
    expect(first.flatMap(({ steps }) => steps).every(({ what }) => what !== '')).toBe(true);
  });

  it('at a bypass site that a guest reaches, follows the physical address', () => {
    const offset = offsetOf(view, ringFile, 'sg_phys(sg)');
    const trace = traceOf(view, { ...scenario, platform: 'pkvm', offset });
    expect(trace.outcome).toBe('fault');
    expect(trace.facts).toContainEqual(['as', 'vring_map_one_sg() hands out a physical address']);
    const mapped = trace.phases.flatMap(({ scenes }) => scenes).find(({ kind }) => kind === 'map');
    expect(mapped?.source?.label).toBe('virtio_ring.c:39');
  });

  it('says why payload is not bounced where that is the cause', () => {
    const trace = traceOf(view, { ...scenario, device: 'flag', offset: null });
    expect(trace.notes).toEqual([
      expect.stringMatching(/^payload is not bounced: swiotlb_init\(\) runs before/),
    ]);
    expect(trace.facts.some(([label]) => label === 'stand-in')).toBe(true);
  });

  it('of a refused device ends with who refuses it', () => {
    const trace = traceOf(view, { ...scenario, platform: 'sev-snp', offset: null });
    const last = trace.phases.at(-1)?.scenes.at(-1);
    expect([trace.word, last?.title, last?.isAmiss]).toEqual(['-ENODEV', 'refuses the device', true]);
  });
});

describe('throughput', () => {
  const load = {
    file: ringFile,
    device: 'flag',
    policy: 'tree',
    deviceClass: 'blk',
    depth: 32,
    queues: 1,
    poolSlots: null,
    blockBytes: [512, 4096, 65_536, 1_048_576],
    chosenBytes: 65_536,
  } as const;

  it('gives an interval for each size, what binds it, and how full the pool is', () => {
    const answer = throughputAnswer(view, { ...load, platform: 'sev-snp' });
    expect(answer.refusal).toBeNull();
    expect(answer.points.map(({ blockBytes }) => blockBytes)).toEqual(load.blockBytes);
    for (const { bytesPerSecond, ratio, binding, plainBytesPerSecond } of answer.points) {
      if (bytesPerSecond === null || ratio === null) throw new Error('bounced requests have a rate');
      expect(bytesPerSecond.low).toBeLessThanOrEqual(bytesPerSecond.mid);
      expect(bytesPerSecond.mid).toBeLessThanOrEqual(bytesPerSecond.high);
      expect(ratio.mid).toBeLessThanOrEqual(1);
      expect(binding).not.toBe('');
      expect(plainBytesPerSecond).toBeGreaterThanOrEqual(bytesPerSecond.mid);
    }
    expect(answer.pool).toMatchObject({ verdict: 'fits' });
  });

  it('follows the pool: one too small for the requests in flight falls over', () => {
    const asked = { ...load, platform: 'sev-snp', depth: 256, chosenBytes: 1_048_576 } as const;
    const small = throughputAnswer(view, { ...asked, poolSlots: 1024 }).pool;
    expect(small?.slots).toBe(1024);
    expect(small?.verdict).not.toBe('fits');
    expect(throughputAnswer(view, { ...asked, poolSlots: 524_288 }).pool?.verdict).toBe('fits');
  });

  it('says why nothing gets through where the device is refused', () => {
    const answer = throughputAnswer(view, { ...load, platform: 'sev-snp', device: 'no-flag' });
    expect(answer.refusal).toContain('-ENODEV');
    expect(answer.points.every(({ bytesPerSecond }) => bytesPerSecond === null)).toBe(true);
    expect(answer.pool).toBeNull();
  });

  it('refuses numbers that are none', () => {
    for (const wrong of [{ depth: 0 }, { queues: -1 }, { blockBytes: [Number.NaN] }, { poolSlots: 0.5 }]) {
      expect(() => throughputAnswer(view, { ...load, platform: 'sev-snp', ...wrong })).toThrow(RangeError);
    }
  });
});

it('explains rules, outcomes and kinds of sites', () => {
  const ids = topics().map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['secure-guest-unreadable', 'ciphertext', 'payload_gpa']));
  expect(new Set(ids).size).toBe(ids.length);
});
