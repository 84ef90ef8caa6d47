import { describe, expect, it } from 'vitest';
import {
  builtinPolicy,
  deviceIds,
  type Matrix,
  type MatrixRequest,
  namedPolicies,
  platformIds,
  runMatrix,
} from '../../../server/src/model/index.js';
import { Grid } from '../../../server/src/report/model/grid.js';
import { matrixToJson } from '../../../server/src/report/model/json.js';
import { matrixToHtml } from '../../../server/src/report/model/matrix-html.js';
import { matrixToText } from '../../../server/src/report/model/matrix-text.js';
import { displayWidth, makeStyle, plainStyle } from '../../../server/src/report/style.js';

function matrixOf(policies: readonly string[], more: Partial<MatrixRequest> = {}): Matrix {
  return runMatrix({ policies: policies.map((id) => builtinPolicy(id)!), ...more });
}

const three = ['v5.4', 'rampai-2019', 'v6.12'];
const quiet = { style: plainStyle, isQuiet: true, traceOptions: '' };

describe('the text', () => {
  it('shows policies side by side, a refusal by its error, and the command for a difference', () => {
    const matrix = matrixOf(three, { platforms: ['plain', 'pef', 'sev'] });
    expect(matrixToText(matrix, quiet)).toBe(
      [
        '             offers ACCESS_PLATFORM           does not offer it',
        '             v5.4     rampai-2019  v6.12      v5.4        rampai-2019  v6.12',
        'plain guest  direct   direct       direct     direct      direct       direct',
        'powerpc PEF  bounced  bounced      fault      fault       bounced      fault',
        'AMD SEV      bounced  bounced      bounced    ciphertext  -EINVAL      -ENODEV',
        '',
        '4 cells differ from v5.4; one of them, step by step:',
        '  vringside model trace --platform pef --device flag --policy v6.12',
        '',
      ].join('\n'),
    );
  });

  it('marks what no guest of that release ran on, and says so', () => {
    const matrix = matrixOf(['v5.4', 'v6.12'], { platforms: ['tdx'], devices: ['flag'] });
    const text = matrixToText(matrix, { ...quiet, isQuiet: false });
    expect(text).toContain('Intel TDX  bounced*  bounced\n');
    expect(text).toMatch(/^\* +hypothetical/m);
  });

  it('says that nothing differs where nothing does, and counts the cells of one policy', () => {
    const platforms = ['plain'] as const;
    expect(matrixToText(matrixOf(['v5.4', 'v6.12'], { platforms }), quiet)).toContain(
      'no cell differs from v5.4',
    );
    expect(matrixToText(matrixOf(['v6.12'], { platforms }), quiet)).toContain('2 cells: 2 direct;');
  });

  it('repeats the options that a trace of the cell needs', () => {
    const matrix = matrixOf(['v6.12'], { platforms: ['sev'], deviceClass: 'balloon' });
    const text = matrixToText(matrix, { ...quiet, traceOptions: '--class balloon' });
    expect(text).toContain('--platform sev --device flag --policy v6.12 --class balloon\n');
  });

  it.each([80, 100, 120])(
    'keeps to %i columns with every device and policy, and leaves no cell out',
    (width) => {
      const matrix = matrixOf(namedPolicies, { devices: deviceIds });
      const style = makeStyle({ isColoured: true, isUnicode: true, width });
      const lines = matrixToText(matrix, { ...quiet, style }).split('\n');
      for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(width);
      const blocks = new Grid(matrix).blocks(width);
      const columns = blocks.flatMap((block) =>
        block.groups.flatMap((group) => group.columns.map(({ policy }) => `${group.device.id} ${policy.id}`)),
      );
      expect(columns).toEqual(
        deviceIds.flatMap((device) => namedPolicies.map((policy) => `${device} ${policy}`)),
      );
    },
  );

  it('stands in one block in 100 columns for three policies and two devices, under full names', () => {
    const blocks = new Grid(matrixOf(three)).blocks(100);
    expect(blocks.map((block) => block.groups.length)).toEqual([2]);
    expect(blocks[0]?.groups[0]?.columns.map((column) => column.heading)).toEqual(three);
  });
});

it('has every cell and its evidence in the JSON', () => {
  const matrix = matrixOf(three);
  const { schema, matrix: json } = JSON.parse(matrixToJson(matrix));
  expect(schema).toBe('vringside/1');
  expect(json.platforms.map((p: { id: string }) => p.id)).toEqual(platformIds);
  expect(json.cells).toHaveLength(platformIds.length * 2 * three.length);
  const cell = json.cells.find(
    (c: { platform: string; device: string; policy: string }) =>
      c.platform === 'sev' && c.device === 'no-flag' && c.policy === 'v6.12',
  );
  expect(cell).toMatchObject({ outcome: 'refused', gate: { errno: '-ENODEV' }, deviceRead: null });
  expect(cell.why).toMatch(/^-ENODEV from virtio_features_ok\(\)/);
});

describe('the page', () => {
  const matrix = matrixOf(three);
  const page = matrixToHtml(matrix, '');

  it('fetches nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|url\(|@import|https?:/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('has every word in the table, and its evidence both at the cell and below', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    const cells = [...page.matchAll(/<a href="#([^"]+)" aria-describedby="([^"]+)">([^<]+)<\/a>/g)];
    expect(cells).toHaveLength(matrix.cells.length);
    for (const [, evidence, tip] of cells) {
      expect(ids).toContain(evidence);
      expect(ids).toContain(tip);
    }
    const below = page.slice(page.indexOf('<h2>Evidence</h2>'));
    expect(below).toContain('-ENODEV from virtio_features_ok()');
    expect(below).toContain('the ultravisor stops the access');
  });

  it('names each row and column for who does not see it', () => {
    expect(page.match(/<th scope="row">/g)).toHaveLength(platformIds.length);
    expect(page.match(/<th scope="colgroup"/g)).toHaveLength(2);
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('prefers-color-scheme: dark');
  });
});
