/** Tables that users write: what is wrong is named with file and line. */
import { describe, expect, it } from 'vitest';
import { costParameters } from '../../../server/src/model/cost/index.js';
import { TableError, validate } from '../../../server/src/validation/index.js';
import { machineLine, machineTable, publishedLine, publishedTable, tableOf } from './tables.js';

function complaint(text: string): string {
  try {
    validate([{ file: 'mine.tsv', text }], costParameters);
  } catch (error) {
    if (error instanceof TableError) return error.message;
    throw error;
  }
  return '';
}

describe('a table that cannot be read', () => {
  it.each([
    ['', /^mine\.tsv:1: no table of figures: neither "id" to "use" nor "group" to "unit" are its columns$/],
    ['a,b,c\n1,2,3\n', /^mine\.tsv:1: no table of figures/],
    [
      publishedTable(publishedLine({ native: 'fast' })),
      /^mine\.tsv:2: "fast" in column "native" is not a number$/,
    ],
    [
      publishedTable(publishedLine(), publishedLine({ cvm_or_bounce: '' })),
      /^mine\.tsv:3: "" in column "cvm_or_bounce" is not a number$/,
    ],
    [
      publishedTable(`${Object.values(publishedLine()).join('\t')}\tmore`),
      /^mine\.tsv:2: 11 cells under 10 headings$/,
    ],
    [
      machineTable(machineLine({ median: '1e999' })),
      /^mine\.tsv:2: "1e999" in column "median" is not a number$/,
    ],
    [
      machineTable(machineLine({ ring_size_or_bytes: 'large' })),
      /^mine\.tsv:2: "large" in column "ring_size_or_bytes" is not a number$/,
    ],
    [
      tableOf(
        ['id', 'platform', 'device', 'block_bytes', 'op', 'added_us'],
        [['x', 'sgx', 'd', '4096', 'read', '1']],
      ),
      /^mine\.tsv:2: no platform is known by "sgx"$/,
    ],
    [
      publishedTable(publishedLine({ use: 'calibrated' })),
      /^mine\.tsv:2: "calibrated" in column "use" is none of validate, calibrate$/,
    ],
    [
      `# mine\n\n${publishedTable(publishedLine({ native: 'fast' }))}`,
      /^mine\.tsv:4: "fast" in column "native" is not a number$/,
    ],
    [
      publishedTable(publishedLine({ native: '0' })),
      /^mine\.tsv:2: "0" in column "native" is not more than 0$/,
    ],
    [
      machineTable(machineLine({ median: '-4' })),
      /^mine\.tsv:2: "-4" in column "median" is not more than 0$/,
    ],
  ])('%#', (text, said) => expect(complaint(text)).toMatch(said));
});

describe('a table that can', () => {
  const rowsOf = (text: string) =>
    validate([{ file: 'mine.tsv', text }], costParameters).groups.flatMap(({ rows }) => rows);

  it('may have its columns in any order, others beside them, empty lines, and the line ends of Windows', () => {
    const [head = '', line = ''] = publishedTable(publishedLine()).split('\n');
    const turned = (text: string): string => text.split('\t').reverse().join('\t');
    const text = `${turned(head)}\tremark\r\n\r\n${turned(line)}\tmine\r\n`;
    expect(rowsOf(text)).toEqual(rowsOf(publishedTable(publishedLine())));
    expect(rowsOf(text).length).toBeGreaterThan(0);
  });

  it('with a byte order mark, or remarks, is no other', () => {
    const text = publishedTable(publishedLine());
    expect(rowsOf(`\uFEFF${text}`)).toEqual(rowsOf(text));
    expect(rowsOf(`# measured by me\n${text}# no more\n`)).toEqual(rowsOf(text));
  });

  it.each([
    [publishedLine({ platform: 'a machine of mine' }), 'no platform is known by "a machine of mine"'],
    [publishedLine({ metric: 'furlongs' }), 'no model of "furlongs"'],
    [publishedLine({ device: 'virtio-gpu' }), 'no model of "virtio-gpu", "randread 4x32 kIOPS"'],
    [publishedLine({ packet_or_block_bytes: 'mixed' }), 'no size of packets or blocks is given'],
    [publishedLine({ metric: 'guest sys CPU %' }), 'a share of CPU time, not a throughput'],
  ])('says of a figure without a model why: %#', (line, why) => {
    const { groups, unpredicted } = validate(
      [{ file: 'mine.tsv', text: publishedTable(line) }],
      costParameters,
    );
    expect(groups).toEqual([]);
    expect(unpredicted).toEqual([{ id: 'mine-1', why }]);
  });

  it('says so of a ring that hangs, and of a benchmark that is none of ours', () => {
    const hanging = machineLine({
      group: 'ringtest',
      name: 'ring',
      mode: 'sleep+eventfd',
      ring_size_or_bytes: '256',
      outstanding: 'max',
      batch: '512',
    });
    const { unpredicted } = validate(
      [{ file: 'mine.tsv', text: machineTable(hanging, machineLine({ group: 'disk' })) }],
      costParameters,
    );
    expect(unpredicted?.map(({ why }) => why)).toEqual([
      'the model says that it makes no progress',
      'no model of disk "rep_movsb", "both_cold"',
    ]);
  });

  it('of headings alone says nothing', () => {
    const { groups, unpredicted } = validate([{ file: 'mine.tsv', text: publishedTable() }], costParameters);
    expect([groups, unpredicted]).toEqual([[], []]);
  });
});
