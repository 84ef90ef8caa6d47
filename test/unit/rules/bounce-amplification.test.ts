import { expect, it } from 'vitest';
import { found } from './support.js';

const rule = 'bounce-amplification';

/** A driver that posts a buffer and takes it back. */
function driver(taken: string, bytes = 'PAGE_SIZE'): string {
  return `
struct message { __le32 what; __le32 where; __le64 when; };
static void post(struct dev *d, struct message *buf)
{
	struct scatterlist sg;

	sg_init_one(&sg, buf, ${bytes});
	virtqueue_add_inbuf(d->vq, &sg, 1, buf, GFP_KERNEL);
}
static void done(struct virtqueue *vq)
{
	struct dev *d = vq->vdev->priv;
	struct message *m;
	unsigned int len;

	m = virtqueue_get_buf(vq, &len);
	if (!m)
		return;
	${taken}
}
`;
}

it.each([
  ['and the page is freed', 'd->last = m->what;\n\tkfree(m);'],
  ['and the page is posted again', 'handle(d, m->what, m->where);\n\tpost(d, m);'],
])('tells of a page of which a record is read, %s', async (_what, taken) => {
  const { brief, findings } = await found(rule, driver(taken));
  expect(brief).toEqual(['note post()']);
  expect(findings[0]?.message).toContain('4 KiB');
  expect(findings[0]?.message).toContain('16 bytes');
});

it('tells of a length that is held far below the buffer', async () => {
  const dropped = await found(rule, driver('if (len > 64)\n\t\treturn;\n\thandle(d, m, len);'));
  expect(dropped.brief).toEqual(['note post()']);
  expect(dropped.findings[0]?.message).toContain('done() reads 64 bytes');
  const cut = await found(rule, driver('len = min_t(unsigned int, len, 128);\n\thandle(d, m, len);'));
  expect(cut.brief).toEqual(['note post()']);
});

it.each([
  ['the length may be anything', driver('handle(d, m, len);')],
  [
    'the length is only tested from below',
    driver('if (len < sizeof(*m))\n\t\treturn;\n\thandle(d, m, len);'),
  ],
  ['the bound is near the buffer', driver('if (len > 2048)\n\t\treturn;\n\thandle(d, m, len);')],
  ['the buffer is not long', driver('if (len > 16)\n\t\treturn;\n\thandle(d, m, len);', '512')],
  ['more than the record is read', driver('d->last = m->what;\n\thandle(d, m + 1);')],
])('is quiet where %s', async (_what, text) => {
  expect((await found(rule, text)).brief).toEqual([]);
});

it('is quiet where more may follow the record, or the record only leads to the buffer', async () => {
  const text = driver('d->last = m->what;\n\tpost(d, m);');
  expect((await found(rule, text.replace('__le64 when;', '__le64 when; char text[];'))).brief).toEqual([]);
  expect((await found(rule, text.replace('&sg, buf, PAGE', '&sg, buf->page, PAGE'))).brief).toEqual([]);
});

it('is quiet of another queue of the driver', async () => {
  const text = driver('d->last = m->what;\n\tkfree(m);')
    .replaceAll('d->vq', 'd->rx')
    .replace('virtqueue_get_buf(vq', 'virtqueue_get_buf(d->tx');
  expect((await found(rule, text)).brief).toEqual([]);
});
