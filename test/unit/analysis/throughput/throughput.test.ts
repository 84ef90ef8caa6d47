import { describe, expect, it } from 'vitest';
import { usualRatio, workloadRatio } from '../../../../server/src/analysis/throughput/index.js';
import { platformIds } from '../../../../server/src/model/index.js';
import { workloadsIn } from '../workload/support.js';

const driver = (body: string): string => `
struct sample { struct virtqueue *vq; struct hdr { __le32 a; __le32 b; } hdr; u8 status; u8 big[65536]; };
int send_one(struct sample *s, struct scatterlist *data, unsigned int n)
{
	struct scatterlist hdr, status, *sgs[3];
	${body}
}
`;
const fixed = driver(`
	sg_init_one(&hdr, &s->hdr, sizeof(s->hdr));
	sg_init_one(&status, &s->status, sizeof(s->status));
	sgs[0] = &hdr;
	sgs[1] = &status;
	return virtqueue_add_sgs(s->vq, sgs, 1, 1, s, GFP_ATOMIC);`);
const large = driver(`
	sg_init_one(&status, s->big, sizeof(s->big));
	return virtqueue_add_inbuf(s->vq, &status, 1, s, GFP_ATOMIC);`);
const open = driver(`
	sgs[0] = data;
	return virtqueue_add_sgs(s->vq, sgs, 1, 0, s, GFP_ATOMIC);`);

async function ratioOf(text: string, platform: (typeof platformIds)[number] = 'sev-snp') {
  const [workload] = await workloadsIn(text);
  if (workload === undefined) throw new Error('no workload');
  return workloadRatio(platform, workload);
}

describe("the ratio of a driver's own requests", () => {
  it.each([
    ['fixed', fixed],
    ['large', large],
    ['open', open],
  ])('%s: between nothing and a plain guest, in order, on every platform', async (_, text) => {
    for (const platform of platformIds) {
      const ratio = await ratioOf(text, platform);
      if (ratio === null) throw new Error('no ratio');
      const { low, mid, high } = ratio;
      expect(
        [0 < low, low <= mid, mid <= high, high <= 1 + 1e-9],
        `${platform} ${low} ${mid} ${high}`,
      ).toEqual([true, true, true, true]);
    }
  });

  it('names the size where the code fixes it, and the range where it does not', async () => {
    expect((await ratioOf(fixed))?.of).toBe('9 B');
    expect((await ratioOf(large))?.of).toBe('64 KiB');
    expect((await ratioOf(open))?.of).toMatch(/ to 1 MiB, the guess at 4 KiB$/);
  });

  it('is wider where the size is open', async () => {
    const width = ({ low, high }: { low: number; high: number }): number => high / low;
    const [one, other] = [await ratioOf(fixed), await ratioOf(open)];
    if (one === null || other === null) throw new Error('no ratio');
    expect(width(other)).toBeGreaterThan(width(one));
  });

  it('says what is by analogy', async () => {
    for (const platform of ['pef', 's390-pv', 'cca', 'pkvm', 'hyperv-cvm'] as const)
      expect((await ratioOf(large, platform))?.evidence).toBe('by analogy');
  });

  it('there is none where the driver maps nothing request by request', async () => {
    const [some] = await workloadsIn(fixed);
    if (some === undefined) throw new Error('no workload');
    expect(workloadRatio('sev-snp', { ...some, mapping: { ...some.mapping, by: 'none' } })).toBeNull();
    expect(workloadRatio('sev-snp', { ...some, pieces: [] })).toBeNull();
  });
});

describe('the usual ratio', () => {
  it.each(platformIds)('%s: the same each time, of 4 KiB reads', (platform) => {
    const first = usualRatio(platform);
    expect(usualRatio(platform)).toEqual(first);
    expect(first.of).toBe('4 KiB reads of a disk, 32 in flight');
    expect(first.mid).toBeLessThan(1);
  });

  it('loses more where more is protected: plain, SEV-SNP, TDX', () => {
    const [plain = 0, snp = 0, tdx = 0] = (['plain', 'sev-snp', 'tdx'] as const).map(
      (p) => usualRatio(p).mid,
    );
    expect(plain).toBeGreaterThan(snp);
    expect(snp).toBeGreaterThan(tdx);
  });
});
