import { expect, it } from 'vitest';
import { found } from './support.js';

const rule = 'receive-ring-exceeds-pool';

interface Driver {
  readonly queues?: string;
  readonly bytes?: string;
  readonly loop?: string;
  readonly more?: string;
}

/** A driver with an array of receive queues, each of them filled. */
function driver({
  queues = 'd->pairs',
  bytes = '1536',
  loop = 'while (rq->vq->num_free)',
  more = '',
}: Driver = {}): string {
  return `
struct rx { struct virtqueue *vq; struct scatterlist sg[1]; };
struct dev { struct rx *rq; u16 pairs; };
static int post(struct rx *rq, void *buf)
{
	sg_init_one(rq->sg, buf, ${bytes});
	return virtqueue_add_inbuf(rq->vq, rq->sg, 1, buf, GFP_KERNEL);
}
static void fill(struct rx *rq)
{
	int i;

	${loop} {
		if (post(rq, take(rq)))
			break;
	}
}
static int open(struct dev *d)
{
	int i;

	d->rq = kcalloc(${queues}, sizeof(*d->rq), GFP_KERNEL);
	for (i = 0; i < d->pairs; i++)
		fill(&d->rq[i]);
	return 0;
}
${more}
`;
}

it('names the smallest number of queues that takes the pool', async () => {
  const { brief, findings } = await found(rule, driver());
  expect(brief).toEqual(['note post()']);
  expect(findings[0]?.message).toContain(
    '32 queues of 1024 receive buffers take the whole default bounce pool',
  );
  expect(findings[0]?.related[0]?.message).toContain('rq->vq->num_free');
});

it('counts the slots of a buffer, whole ones', async () => {
  const { findings } = await found(rule, driver({ bytes: 'PAGE_SIZE + 1' }));
  expect(findings[0]?.message).toContain('at least 3 slots');
  expect(findings[0]?.message).toContain('11 queues of 1024');
});

it('looks at the number a driver fills a ring with', async () => {
  const few = await found(rule, driver({ loop: 'for (i = 0; i < 8; i++)' }));
  expect(few.brief).toEqual([]);
  const half = await found(rule, driver({ loop: 'for (i = 0; i < 512; i++)' }));
  expect(half.findings[0]?.message).toContain('64 queues of 512 receive buffers');
});

it.each([
  ['has too few queues', driver({ queues: '4' })],
  ['leaves the size of a buffer open', driver({ bytes: 'd_size(rq)' })],
  [
    'gives ACCESS_PLATFORM up',
    driver({
      more: 'static int v(struct virtio_device *vdev) { __virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM); return 0; }',
    }),
  ],
])('is quiet where the driver %s', async (_what, text) => {
  expect((await found(rule, text)).brief).toEqual([]);
});

it('is quiet of requests: what they hold is given back', async () => {
  const text = driver({ loop: 'if (rq->vq->num_free)' });
  expect((await found(rule, text)).brief).toEqual([]);
});
