import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CalibrateOptions, calibrate, profileText } from '../../../server/src/calibrate/index.js';
import { measureInJavaScript } from '../../../server/src/calibrate/javascript/measure.js';
import { measure } from '../../../server/src/calibrate/javascript/runs.js';
import { pairs } from '../../../server/src/calibrate/javascript/sides.js';
import { readProfile } from '../../../server/src/calibrate/read-profile.js';
import { median } from '../../../server/src/calibrate/statistics.js';
import { checkoutRoot } from '../../support/tracked-files.js';

let folder: string;
let threadProgram: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-thread-'));
  threadProgram = join(folder, 'thread.mjs');
  await build({
    entryPoints: [join(checkoutRoot, 'server/src/calibrate/javascript/thread.ts')],
    outfile: threadProgram,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = (): CalibrateOptions => ({
  useCompiler: false,
  isQuick: true,
  toolVersion: '9.9.9',
  path: process.env.PATH ?? '',
  cwd: '/nowhere',
  now: new Date('2026-11-21T10:00:00.123Z'),
  threadProgram,
});

it('measures copies and, with another thread, rings and wake-ups', async () => {
  const measured = await measureInJavaScript({ isQuick: true, threadProgram, coldMebibytes: 64 });
  const names = ['copy-hot-64k', 'copy-cold-64k', 'copy-cold-256k'];
  if (availableParallelism() > 1) names.push('ring-split-1', 'ring-packed-1', 'wake-round-trip');
  expect([...measured.keys()]).toEqual(names);
  for (const [name, { values, isDisturbed }] of measured) {
    expect(values.length > 0 || isDisturbed, name).toBe(true);
    for (const value of values) expect(Number.isFinite(value) && value > 0, name).toBe(true);
  }
  const typical = (name: string): number => median(measured.get(name)?.values ?? []);
  if (!measured.get('copy-cold-256k')?.isDisturbed && !measured.get('copy-cold-64k')?.isDisturbed) {
    expect(typical('copy-cold-256k')).toBeGreaterThan(typical('copy-cold-64k'));
  }
});

it('measures nothing more once it is late', () => {
  const plan = { runs: 3, runNs: 1e4, coldBytes: 0, patienceEnds: performance.now() - 1 };
  let operations = 0;
  const late = measure(plan, (n) => {
    for (let i = 0; i < n; i += 1) operations += 1;
  });
  expect(late).toEqual({ values: [], isDisturbed: true });
  expect(operations).toBeGreaterThan(0);
});

it('makes a profile without a compiler, with every figure in it or the reason why not', async () => {
  const profile = await calibrate(options());
  expect(readProfile(profileText(profile), 'p.json')).toEqual(profile);
  expect(profile).toMatchObject({
    measuredAt: '2026-11-21T10:00:00Z',
    compiler: null,
    withoutCompiler: 'asked not to use a compiler',
  });
  const all = [...Object.keys(profile.figures), ...profile.leftOut.map(({ figure }) => figure)];
  expect(new Set(all).size).toBe(all.length);
  expect(all).toHaveLength(12);
  expect(profile.leftOut).toContainEqual({ figure: 'slotPairNs', reason: 'takes the compiled program' });
  expect(Object.values(profile.figures).every(({ by }) => by === 'javascript')).toBe(true);
});

it('falls back to JavaScript, and says why, where there is no compiler', async () => {
  const profile = await calibrate({ ...options(), useCompiler: true, path: '', threadProgram: null });
  expect(profile.compiler).toBeNull();
  expect(profile.withoutCompiler).not.toBe('asked not to use a compiler');
  expect(profile.leftOut.map(({ figure }) => figure)).toContain('wakeNs');
});

it('moves buffers: what one side of a ring waits for is what the other did', () => {
  // One thread plays both sides in steps of one buffer: the device serves inside the driver's wait.
  for (const name of ['ring-split-1', 'ring-packed-1'] as const) {
    const memory = new SharedArrayBuffer(16_384);
    const [drive, serve] = pairs[name](memory);
    const load = Atomics.load;
    let isServing = false;
    let buffers = 0;
    Atomics.load = ((words: Int32Array, index: number) => {
      if (!isServing) {
        isServing = true;
        serve(1);
        buffers += 1;
        isServing = false;
      }
      return load(words, index);
    }) as typeof Atomics.load;
    try {
      // Twice round the ring: the wrap counter turns over.
      drive(600);
    } finally {
      Atomics.load = load;
    }
    expect(buffers, name).toBe(600);
  }
});
