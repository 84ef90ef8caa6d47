/** A bounded campaign, and proof that the campaign sees what it looks for. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../support/tracked-files.js';
import { runCampaign } from './campaign.js';
import { type Corpus, loadCorpus } from './corpus.js';
import { type Input, makeInput } from './inputs.js';
import { growthOf } from './memory.js';
import type { Target } from './target.js';
import { work } from './worker.js';

/** About a minute on two processors. */
const COUNT = 5_000;

describe('the product', () => {
  it(`takes ${COUNT} broken inputs: no throw, none over 2 s, memory flat`, async () => {
    const run = join(checkoutRoot, 'test', 'tools', 'run.mjs');
    const out = await new Promise<string>((resolve) => {
      execFile(process.execPath, [run, 'fuzz/main', '--count', String(COUNT)], (error, stdout, stderr) =>
        resolve(`${stdout}${stderr}exit ${error?.code ?? 0}`),
      );
    });
    // Its own words are what one needs to see when it fails.
    console.log(out);
    expect(out).toContain(`${COUNT} inputs,`);
    expect(out).toMatch(/\n0 failed\nexit 0$/);
    expect(out.match(/memory flat/g)).toHaveLength(2);
  });
});

describe('a campaign', () => {
  let corpus: Corpus;
  beforeAll(() => {
    corpus = loadCorpus();
  });
  const plan = { seed: 7, first: 0, end: 60, step: 1, limitMs: 100, progressFile: null };
  const target = (run: (input: Input) => Promise<void>): Target => ({ run, parserBytes: () => 0 });

  it('makes the same input for the same number, others for others', () => {
    const texts = [1, 2, 1].map((index) => makeInput(corpus, 7, index).text);
    expect(texts[2]).toBe(texts[0]);
    expect(texts[1]).not.toBe(texts[0]);
    expect(makeInput(corpus, 8, 1).text).not.toBe(texts[0]);
  });

  it('finds a throw and shrinks its input to what it takes', async () => {
    const result = await work(
      corpus,
      target(async ({ text }) => {
        if (text.includes('return')) throw new Error(`at ${text.indexOf('return')}`);
      }),
      plan,
    );
    expect(result.tried).toBe(60);
    expect(result.failures.length).toBeGreaterThan(5);
    expect(result.failures[0]?.shrunk).toMatch(/^\w*return\w*$/);
    expect(result.failures[0]?.text.length).toBeGreaterThan(result.failures[0]?.shrunk.length ?? 0);
  });

  it('finds an input that takes too long', async () => {
    const slow = makeInput(corpus, plan.seed, 3).text;
    const result = await work(
      corpus,
      target(async ({ text }) => {
        // Slowness is counted in processor time, so that other work on the machine makes nothing slow, or fast.
        const start = process.cpuUsage();
        while (text === slow && process.cpuUsage(start).user < 150_000);
      }),
      { ...plan, first: 3, end: 5 },
    );
    expect(result.failures.map(({ index, complaint }) => [index, complaint.kind])).toEqual([[3, 'slow']]);
  });

  it('tells a leak from a plateau', () => {
    const samples = (heapBytes: (at: number) => number) =>
      Array.from({ length: 50 }, (_, index) => ({
        index,
        rssBytes: 0,
        heapBytes: heapBytes(index),
        parserBytes: 0,
      }));
    expect(growthOf(samples((at) => at * 1000))?.heapBytes).toBeGreaterThan(25_000);
    expect(growthOf(samples((at) => Math.min(at, 9) * 1000))?.heapBytes).toBe(0);
    expect(growthOf(samples(() => 0).slice(0, 4))).toBeNull();
  });

  describe('over processes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vringside-fuzz-test-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each([
      ['hangs', 'for (;;);', 'hangs for over 1 s'],
      ['dies', 'process.exit(70);', 'ends the process (70)'],
    ])('goes on behind an input that %s', async (name, defect, reason) => {
      const program = join(folder, `${name}.mjs`);
      writeFileSync(
        program,
        `import { writeFileSync } from 'node:fs';
process.on('message', (plan) => {
  let tried = 0;
  for (let index = plan.first; index < plan.end; index += plan.step) {
    writeFileSync(plan.progressFile, String(index));
    if (index === 4) { ${defect} }
    tried++;
  }
  process.send({ tried });
});`,
      );
      const result = await runCampaign({
        program,
        seed: 1,
        first: 0,
        count: 10,
        jobs: 2,
        limitMs: 100,
        hangMs: 1_000,
      });
      expect(result.lost).toEqual([{ index: 4, reason }]);
      expect(result.results.map((r) => r.tried).sort()).toEqual([2, 5]);
    });
  });
});
