/** What a guest says becomes rows. */
import { describe, expect, it } from 'vitest';
import { quickBoots } from './boots.js';
import { transcriptOf } from './transcript.js';

const said = `kernel|6.12.117+deb12-amd64
pool|32768|[    0.07] software IO TLB: area num 2.
trouble|insmod virtio_odd
row|virtio-blk-pci|iogen|read|4096|2|1|4k-pages
before|3
peak|hiwater|8
after|3
full|0
missed|0
overrun|0
answer|errors=0 first_errno=0
hist|bounced|{ dev_name: 0000:00:02.0       , size:          1 } hitcount:          2
hist|bounced|{ dev_name: 0000:00:02.0       , size:         48 } hitcount:          2
hist|bounced|{ dev_name: 0000:00:02.0       , size:         16 } hitcount:          2
hist|bounced|{ dev_name: 0000:00:02.0       , size:       4096 } hitcount:          2
hist|copies|{ dir:          2 } hitcount:          4  size:       8194
hist|copies|{ dir:          1 } hitcount:          8  size:       8322
hist|kicks|{ common_type:       1498 } hitcount:          2
hist|interrupts|{ common_type:       1499 } hitcount:          2
hist|requests|{ rwbs: RS                         } hitcount:          2  bytes:       8192
shape|2|add_sgs 16>,4096<,1<,48>,
shape|1|add_sgs 
end
row|virtio-blk-pci|iogen|read|4096|2|1|4k-pages
before|3`.split('\n');

describe('a transcript', () => {
  const { rows, troubles } = transcriptOf(quickBoots[0]!, said);

  it('gives a row for each command that ended', () => expect(rows).toHaveLength(1));

  it('says what the guest could not do', () => expect(troubles).toEqual(['trouble|insmod virtio_odd']));

  it('has every count of the row', () =>
    expect(rows[0]).toMatchObject({
      kernel: '6.12.117+deb12-amd64',
      poolSlots: 32768,
      bounced: { count: 8, bytes: 8322 },
      toDevice: { count: 8, bytes: 8322 },
      fromDevice: { count: 4, bytes: 8194 },
      kicks: 2,
      interrupts: 2,
      requests: 2,
      usedBefore: 3,
      usedAfter: 3,
      slotsPeak: 8,
      peakSource: 'hiwater',
    }));

  it('has the mappings of each request in order, and leaves out attempts that mapped nothing', () =>
    expect(rows[0]!.shapes).toEqual([
      {
        via: 'sgs',
        count: 2,
        mappings: [
          { bytes: 16, direction: '>' },
          { bytes: 4096, direction: '<' },
          { bytes: 1, direction: '<' },
          { bytes: 48, direction: '>' },
        ],
      },
    ]));

  it('has no requests where the log does not account for every mapping', () => {
    const short = said.map((line) => line.replace('shape|2|', 'shape|1|'));
    expect(transcriptOf(quickBoots[0]!, short).rows[0]!.shapes).toBeNull();
  });
});
