import { describe, expect, it } from 'vitest';
import { displayWidth, makeStyle, plainStyle } from '../../../../server/src/report/style.js';
import {
  throughputToJson,
  validationToJson,
  validationToText,
} from '../../../../server/src/report/throughput/index.js';
import { throughput, validation } from './example.js';

describe('model validate, text', () => {
  const text = validationToText(validation, { style: plainStyle, rows: 'missed' });

  it('says of every target whether it was met, and what was reached', () => {
    expect(text).toMatch(/^T7 +missed +ratio of a network/m);
    expect(text).toMatch(/^T9 +met +latency/m);
    expect(text).toMatch(/target +mean error at most 0\.06, worst at most 0\.12/);
    expect(text).toMatch(/reached +mean 0\.050, worst 0\.67/);
  });

  it('writes relative errors in percent and others in their unit', () => {
    expect(text).toMatch(/7 rows, mean error 0\.0500/);
    expect(text).toMatch(/4 rows, 1 more used for calibration, mean error 5\.0 %/);
  });

  it('lists the rows of missed targets only, and which lie outside', () => {
    expect(text).toMatch(/net-07 .* 0\.990 +0\.200-0\.250-0\.300 +ratio +0\.740 +outside/);
    expect(text).not.toMatch(/^ *blk-/m);
    expect(validationToText(validation, { style: plainStyle, rows: 'none' })).not.toMatch(/net-07/);
  });

  it('says which figures have no prediction, a reason once', () => {
    expect(text).toMatch(/^- no prediction for net-90, net-91: nothing is said of its ring$/m);
  });

  it('marks rows that calibrate, so that nobody takes them for a test', () => {
    const all = validationToText(validation, { style: plainStyle, rows: 'all' });
    expect(all).toMatch(/blk-1 .* calibrates$/m);
    expect(all.match(/calibrates$/gm)).toHaveLength(1);
  });

  it('ends with the count of targets and of held-out rows', () => {
    const last = text.trimEnd().split('\n\n').at(-1) ?? '';
    expect(last.replaceAll('\n', ' ')).toBe(
      '2 of 3 targets met, missed: T7; 14 of 15 held-out rows inside their interval; cost parameters 1',
    );
  });

  it.each([80, 100, 120])('fits %i columns', (width) => {
    const style = makeStyle({ isColoured: false, isUnicode: false, width });
    const wide = validationToText(validation, { style, rows: 'all' });
    expect(Math.max(...wide.split('\n').map(displayWidth))).toBeLessThanOrEqual(width);
  });
});

describe('JSON', () => {
  it('keeps figures, target, verdict and the bottleneck of a row', () => {
    const [t7] = JSON.parse(validationToJson(validation)).validation.groups;
    expect(t7).toMatchObject({
      id: 'T7',
      verdict: 'missed',
      errorIs: 'absolute',
      figures: { coverage: 0.857 },
    });
    expect(t7.rows.at(-1)).toMatchObject({
      predicted: { low: 0.2, mid: 0.25, high: 0.3 },
      isInside: false,
      bottleneck: { said: 'bounce copy', known: ['guest CPU', 'pool lock'] },
    });
  });

  it('rounds figures to six digits, so that the same input gives the same bytes', () => {
    const text = throughputToJson(throughput);
    expect(text).not.toMatch(/\d\.\d{7,}/);
    expect(throughputToJson(throughput)).toBe(text);
    const { rows } = JSON.parse(text).throughput;
    expect(rows).toHaveLength(throughput.rows.length);
    expect(rows[0].estimate.ratio).toBeNull();
  });

  it('writes a rate without bound as null', () => {
    const [row] = throughput.rows;
    if (row?.estimate == null) throw new Error('an example without estimates');
    const endless = { low: 1, mid: 2, high: Number.POSITIVE_INFINITY };
    const report = { ...throughput, rows: [{ ...row, estimate: { ...row.estimate, latencyNs: endless } }] };
    expect(JSON.parse(throughputToJson(report)).throughput.rows[0].estimate.latencyNs).toEqual({
      low: 1,
      mid: 2,
      high: null,
    });
  });
});
