import { describe, expect, it } from 'vitest';
import type { Workload } from '../../../../server/src/analysis/index.js';
import { boundsText, driver, workloadsIn } from './support.js';

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

describe('sizes', () => {
  const sizeOf = async (record: string): Promise<string> => {
    const [one] = await workloadsIn(`
${record}
static int send(struct virtqueue *vq, struct x *x)
{
	struct scatterlist sg;

	sg_init_one(&sg, x, sizeof(*x));
	return virtqueue_add_outbuf(vq, &sg, 1, x, GFP_KERNEL);
}
`);
    return boundsText(one?.pieces[0]?.bytes ?? { least: 0, most: null });
  };

  it.each([
    ['padded members', 'struct x { u8 a; __le64 b; u8 c; };', '24'],
    ['packed members', 'struct x { u8 a; __le64 b; u8 c; } __packed;', '10'],
    [
      'a nameless union',
      'struct x { __le32 kind; union { __le32 one; struct { u8 a; __le64 b; }; }; };',
      '24',
    ],
    ['a union', 'union u { u8 a[6]; __le16 b; }; struct x { union u u; };', '6'],
    ['a flexible tail', 'struct x { __le16 n; __le16 list[]; };', '2'],
    ['arrays of constants', '#define N (2 + 2)\nstruct x { char a[N][3]; void *p; };', '24'],
    ['a record that is not seen', 'struct x { struct unseen u; __le32 n; };', '8..'],
  ])('of %s', async (_what, record, bytes) => {
    expect(await sizeOf(record)).toBe(bytes);
  });
});

describe('the length of a buffer', () => {
  const lengthIn = async (body: string, more = ''): Promise<string> => {
    const [one] = await workloadsIn(`
struct dev { struct virtqueue *vq; u16 small; size_t kept; void *data; };
${more}
static int send(struct dev *d, size_t n)
{
	struct scatterlist sg;

	${body}
	return virtqueue_add_outbuf(d->vq, &sg, 1, d, GFP_KERNEL);
}
`);
    return boundsText(one?.pieces[0]?.bytes ?? { least: 0, most: null });
  };

  it.each([
    ['a field’s type bounds it', 'sg_init_one(&sg, d->data, d->small);', '1..65535'],
    ['the last assignment decides', 'n = 5;\n\tn = 7;\n\tsg_init_one(&sg, d->data, n);', '7'],
    [
      'both arms count',
      'if (d->small)\n\t\tn = 5;\n\telse\n\t\tn = 7;\n\tsg_init_one(&sg, d->data, n);',
      '1..',
    ],
    ['both values count', 'n = 5;\n\tif (d->small)\n\t\tn = 7;\n\tsg_init_one(&sg, d->data, n);', '5..7'],
    [
      'an early exit bounds it',
      'if (!n || n > 100)\n\t\treturn -EINVAL;\n\tsg_init_one(&sg, d->data, n);',
      '1..100',
    ],
    ['a condition around it bounds it', 'if (n <= 100)\n\t\tsg_init_one(&sg, d->data, n);', '1..100'],
    ['the other arm does not', 'if (n <= 100)\n\t\treturn 0;\n\tsg_init_one(&sg, d->data, n);', '1..'],
    [
      'another case does not decide',
      'switch (d->small) {\n\tcase 1:\n\t\tn = 5;\n\t\tbreak;\n\tdefault:\n\t\tsg_init_one(&sg, d->data, n);\n\t}',
      '1..',
    ],
    ['a call may write it', 'n = 5;\n\tread_size(d, &n);\n\tsg_init_one(&sg, d->data, n);', '1..'],
    [
      'what grows has no end',
      'n = 0;\n\twhile (d->small)\n\t\tn += 4;\n\tsg_init_one(&sg, d->data, n);',
      '1..',
    ],
    ['it is rounded up', 'sg_init_one(&sg, d->data, ALIGN(min_t(size_t, n, 100), 64));', '1..128'],
    ['a choice is followed', 'sg_init_one(&sg, d->data, 4096 > PAGE_SIZE ? 1 : 2);', '2'],
    [
      'the limit of a mapping is one',
      'sg_init_one(&sg, d->data, min(n, virtio_max_dma_size(d->vdev)));',
      '1..262144',
    ],
  ])('%s', async (_what, body, bytes) => {
    expect(await lengthIn(body)).toBe(bytes);
  });

  it('is followed through fields and callers', async () => {
    const more = `static void init(struct dev *d, size_t n) { d->kept = n; }
static int probe(struct dev *d) { init(d, 64); return 0; }
static int resume(struct dev *d) { init(d, 32); return 0; }
int (*const ops[])(struct dev *) = { probe, resume };`;
    expect(await lengthIn('sg_init_one(&sg, d->data, d->kept);', more)).toBe('32..64');
  });

  it('ends where a value asks for itself', async () => {
    expect(await lengthIn('while (d->small)\n\t\tn = n / 2;\n\tsg_init_one(&sg, d->data, n);')).toBe('1..');
  });
});

describe('who maps', () => {
  const byIn = async (fill: string, call = 'virtqueue_add_inbuf', more = ''): Promise<string | undefined> => {
    const [one] = await workloadsIn(`
static int post(struct dev *d, void *p, dma_addr_t at, u32 n)
{
	struct scatterlist sg[1];

	${fill}
	return ${call}(d->vq, sg, 1, p, GFP_KERNEL);
}
${more}
`);
    return one?.mapping.by;
  };

  it('is the ring, the driver, or either', async () => {
    expect(await byIn('sg_init_one(sg, p, n);')).toBe('ring');
    expect(await byIn('sg[0].dma_address = at;\n\tsg[0].length = n;')).toBe('driver');
    expect(
      await byIn(
        'if (!d->own)\n\t\tsg_init_one(sg, p, n);\n\telse {\n\t\tsg->dma_address = at;\n\t\tsg->length = n;\n\t}',
      ),
    ).toBe('either');
    expect(await byIn('sg_init_one(sg, p, n);', 'virtqueue_add_inbuf_premapped')).toBe('driver');
  });

  it('is nobody where ACCESS_PLATFORM is given up', async () => {
    const validate = `static int v(struct virtio_device *vdev)
{
	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);
	return 0;
}`;
    expect(await byIn('sg_init_one(sg, p, n);', 'virtqueue_add_inbuf', validate)).toBe('none');
  });
});

it('knows the class, the evidence and the number of queues', async () => {
  const [fill] = await workloadsIn(`
static const struct virtio_device_id id_table[] = { { VIRTIO_ID_NET, VIRTIO_DEV_ANY_ID }, { 0 } };
struct rx { struct virtqueue *vq; };
struct dev { struct rx rx[16]; };
static void fill(struct rx *rx)
{
	struct scatterlist sg;
	void *p;

	for (;;) {
		p = take();
		sg_init_one(&sg, p, 1500);
		if (virtqueue_add_inbuf(rx->vq, &sg, 1, p, GFP_KERNEL))
			break;
	}
}
static void open(struct dev *d)
{
	int i;

	for (i = 0; i < 16; i++)
		fill(&d->rx[i]);
}
`);
  expect(fill?.deviceClass).toBe('net');
  expect(fill?.posting).toMatchObject({ entries: 'ring', queues: { least: 1, most: 16 } });
  expect(fill?.pieces[0]?.evidence).toEqual([{ file: driver, line: 13, text: 'sg_init_one(&sg, p, 1500)' }]);
});

it('counts a list that is read or written once', async () => {
  const [one] = await workloadsIn(`
static int send(struct virtqueue *vq, struct item *i)
{
	struct scatterlist *sgs[2], head;
	unsigned int out = 0, in = 0;

	sg_init_one(&head, i, 16);
	sgs[out++] = &head;
	sg_set_buf(i->sg, i->data, 64);
	if (i->isRead)
		sgs[out + in++] = i->sg;
	else
		sgs[out++] = i->sg;
	return virtqueue_add_sgs(vq, sgs, out, in, i, GFP_ATOMIC);
}
`);
  expect(pieces(one)).toEqual(['out 16 x1 constant', 'in 64 x0..1 constant', 'out 64 x0..1 constant']);
  expect(one?.descriptors).toEqual({ least: 1, most: 2 });
});

it('names a request alike wherever it stands in the file', async () => {
  const text = `static int a(struct dev *d)
{
	struct scatterlist sg;

	sg_init_one(&sg, d, 8);
	return virtqueue_add_outbuf(d->vq, &sg, 1, d, GFP_KERNEL);
}
`;
  const [one] = await workloadsIn(text);
  const [moved] = await workloadsIn(`static int unrelated;\n\n${text}`);
  expect(moved?.id).toBe(one?.id);
  expect(moved?.range).not.toEqual(one?.range);
});
