import { describe, expect, it } from 'vitest';
import type { Workload } from '../../../../server/src/analysis/index.js';
import { boundsText, workloadsIn } from './support.js';

/** Each piece on one line: direction, bytes of a segment, segments. */
function pieces(workload: Workload | undefined): string[] {
  return (workload?.pieces ?? []).map(
    (p) => `${p.direction} ${boundsText(p.bytes)} x${boundsText(p.segments)} ${p.boundedBy}`,
  );
}

describe('the pieces of a request', () => {
  it('have the size of what the code points at, and the direction of their place in the list', async () => {
    const [one] = await workloadsIn(`
struct ask { __le32 what; __le64 where; };
struct req { struct ask ask; char name[20]; u8 status; };
static int send(struct virtqueue *vq, struct req *r)
{
	struct scatterlist *sgs[3], head, name, status;
	unsigned int out = 0, in = 0;

	sg_init_one(&head, &r->ask, sizeof(r->ask));
	sgs[out++] = &head;
	sg_init_one(&name, r->name, sizeof(r->name));
	sgs[out + in++] = &name;
	sg_init_one(&status, &r->status, sizeof(r->status));
	sgs[out + in++] = &status;
	return virtqueue_add_sgs(vq, sgs, out, in, r, GFP_ATOMIC);
}
`);
    expect(pieces(one)).toEqual(['out 16 x1 constant', 'in 20 x1 constant', 'in 1 x1 constant']);
    expect(one?.posting.kind).toBe('per request');
    expect(one?.mapping.by).toBe('ring');
    expect(one?.descriptors).toEqual({ least: 3, most: 3 });
  });

  it('are followed into the callers that decide what they are', async () => {
    const found = await workloadsIn(`
static int command(struct dev *d, struct scatterlist *out)
{
	struct scatterlist *sgs[2], head;

	sg_init_one(&head, &d->head, 2);
	sgs[0] = &head;
	sgs[1] = out;
	return virtqueue_add_sgs(d->vq, sgs, 2, 0, d, GFP_ATOMIC);
}
static int small(struct dev *d)
{
	struct scatterlist sg;

	sg_init_one(&sg, d->a, 64);
	return command(d, &sg);
}
static int large(struct dev *d, size_t n)
{
	struct scatterlist sg;

	if (n > 1024)
		return -EINVAL;
	sg_init_one(&sg, d->b, n);
	return command(d, &sg);
}
int (*const table[])(struct dev *) = { small, large };
`);
    expect(found.map(pieces)).toEqual([
      ['out 2 x1 constant', 'out 64 x1 constant'],
      ['out 2 x1 constant', 'out 1..1024 x1 constant'],
    ]);
  });
});

describe('buffers that wait in the ring', () => {
  it('are told from requests by the loop that goes on adding them', async () => {
    const [fill] = await workloadsIn(`
static int add_one(struct virtqueue *vq, struct buffer *b)
{
	struct scatterlist sg[1];

	sg_init_one(sg, b->data, PAGE_SIZE);
	return virtqueue_add_inbuf(vq, sg, 1, b, GFP_KERNEL);
}
static void fill(struct dev *d)
{
	do {
		if (add_one(d->rx, take(d)))
			break;
	} while (d->rx->num_free);
}
`);
    expect(fill?.posting).toMatchObject({ kind: 'ahead', entries: 'ring', queues: { least: 1, most: 1 } });
    expect(pieces(fill)).toEqual(['in 4096 x1 constant']);
  });
});
