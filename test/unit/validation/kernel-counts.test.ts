import { describe, expect, it } from 'vitest';
import { costParameters } from '../../../server/src/model/cost/index.js';
import { bundledFigures } from '../../../server/src/validation/bundled.js';
import { TableError, validate } from '../../../server/src/validation/index.js';

const [bundled = { file: '', text: '' }] = bundledFigures().filter(({ file }) => file === 'kernel-6.12.tsv');
const lines = bundled.text.split('\n');
const heading = lines.findIndex((line) => line.startsWith('kernel\t'));
const reads = lines.filter((line) => /virtio-blk-pci\ton\tyes\toff\tread\t4096\t32\t/.test(line)).slice(0, 3);
const table = (...rows: readonly string[]) => ({
  file: 'rows.tsv',
  text: [lines[heading] ?? '', ...rows].join('\n'),
});
const verdictOf = (id: string, ...rows: readonly string[]): string | undefined =>
  validate([table(...rows)], costParameters).groups.find((group) => group.id === id)?.reached;

describe('what real kernels counted', () => {
  it('is met by rows as they were, and missed by a row with another count', () => {
    expect(reads.length).toBe(3);
    expect(verdictOf('T1', ...reads)).toBe('0 of 3 rows differ');
    const altered = reads.map((line, i) =>
      i === 0 ? line.replace(/copy_from_dev=\d+\//, 'copy_from_dev=7/') : line,
    );
    expect(altered).not.toEqual(reads);
    expect(verdictOf('T1', ...altered)).toBe('1 of 3 rows differ');
  });

  it('names the line that cannot be read', () => {
    const broken = (reads[1] ?? '').replace(/\t4096\t32\t/, '\t4096\tmany\t');
    expect(() => validate([table(reads[0] ?? '', broken)], costParameters)).toThrow(TableError);
    expect(() => validate([table(reads[0] ?? '', broken)], costParameters)).toThrow(/^rows\.tsv:3: 'many'/);
  });

  it('tells pools that were too small from pools that were not', () => {
    const starved = lines.filter((line) => /full_msgs=[1-9]/.test(line) && /virtio-blk-pci/.test(line));
    expect(starved.length).toBeGreaterThan(2);
    expect(verdictOf('T4', ...starved, ...reads)).toBe(`0 of ${starved.length + 3} rows differ`);
  });
});
