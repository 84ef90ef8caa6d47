import { describe, expect, it } from 'vitest';
import { marksIn } from '../../../server/src/navigate/index.js';
import { programOf } from '../program/support.js';

const file = 'drivers/virtio/virtio_thing.c';

const head = `
typedef unsigned long long phys_addr_t;
struct vring_used_elem { __virtio32 id; __virtio32 len; };
struct vring_used { __virtio16 flags; __virtio16 idx; struct vring_used_elem ring[]; };
struct vring_desc { __virtio64 addr; __virtio32 len; };
struct virtio_config_ops { void (*get)(struct virtio_device *v, unsigned o, void *b, unsigned l); u64 (*get_features)(struct virtio_device *v); };
struct virtio_device { const struct virtio_config_ops *config; };
struct virtio_net_hdr_mrg { __virtio16 num_buffers; __le16 own; };
struct virtio_scsi_cmd_resp { u8 response; };
struct virtqueue { struct virtio_device *vdev; struct vring_used *used; struct vring_desc *desc; u32 last; };
`;

/** The body with `D` or `P` behind what is marked: `len/D`. */
function shown(body: string, params = 'struct virtqueue *vq', where = file): string {
  const lead = `${head}int f(${params})\n{\n`;
  const text = `${lead}${body}\n}\n`;
  const program = programOf({ [where]: text });
  let out = text;
  for (const mark of [...marksIn(program, where, null)].reverse()) {
    const kinds = `${mark.isDeviceControlled ? 'D' : ''}${mark.isPhysicalAddress ? 'P' : ''}`;
    out = `${out.slice(0, mark.end)}/${kinds}${out.slice(mark.end)}`;
  }
  return out.slice(out.indexOf('\n{\n') + 3, out.lastIndexOf('\n}\n'));
}

describe('values the device decides', () => {
  it.each([
    [
      'u32 i = virtio32_to_cpu(vq->vdev, vq->used->ring[0].id);',
      'u32 i/D = virtio32_to_cpu(vq->vdev, vq->used->ring[0].id/D);',
    ],
    [
      'u32 len; virtqueue_get_buf(vq, &len); use(len);',
      'u32 len; virtqueue_get_buf(vq, &len/D); use(len/D);',
    ],
    [
      'u16 mtu; virtio_cread(v, struct c, mtu, &mtu); mtu = min(mtu, 9000);',
      'u16 mtu; virtio_cread(v, struct c, mtu, &mtu/D); mtu/D = min(mtu/D, 9000);',
    ],
    [
      'u8 b[8]; vq->vdev->config->get(vq->vdev, 0, b, 8); use(b); return b[1];',
      'u8 b[8]; vq->vdev->config->get(vq->vdev, 0, b/D, 8); use(b/D); return b/D[1];',
    ],
    [
      'u64 bits = vq->vdev->config->get_features(vq->vdev);',
      'u64 bits/D = vq->vdev->config->get_features(vq->vdev);',
    ],
    ['vq->last = ioread16(p); return vq->last;', 'vq->last/D = ioread16(p); return vq->last/D;'],
  ])('%s', (body, expected) => {
    expect(shown(body)).toBe(expected);
  });

  it('is gone with the next value, and comes together behind a test', () => {
    expect(shown('u32 n = readl(p); n = 4; use(n); if (x) n = readl(p); use(n);')).toBe(
      'u32 n/D = readl(p); n = 4; use(n); if (x) n/D = readl(p); use(n/D);',
    );
  });

  it('leaves the way that returned out', () => {
    expect(shown('u32 n = 0; if (x) { n = readl(p); return n; } use(n);')).toBe(
      'u32 n = 0; if (x) { n/D = readl(p); return n/D; } use(n);',
    );
  });

  it('goes around loops, out of switches and along goto', () => {
    expect(shown('u32 n = 0, last = 0; while (x) { use(last); last = n; n = readl(p); }')).toBe(
      'u32 n = 0, last = 0; while (x) { use(last/D); last/D = n/D; n/D = readl(p); }',
    );
    expect(shown('u32 n = 0; switch (x) { case 1: n = readl(p); break; case 2: use(n); } use(n);')).toBe(
      'u32 n = 0; switch (x) { case 1: n/D = readl(p); break; case 2: use(n); } use(n/D);',
    );
    expect(shown('u32 n = 0; again: use(n); if (x) { n = readl(p); goto again; }')).toBe(
      'u32 n = 0; again: use(n/D); if (x) { n/D = readl(p); goto again; }',
    );
  });

  it('takes a field in device order for written by the device unless the driver writes it', () => {
    const body =
      'h->own = cpu_to_le16(3); h->num_buffers = 0; a = virtio16_to_cpu(v, h->num_buffers); b = le16_to_cpu(h->own);';
    expect(shown(`u32 a, b; ${body}`, 'struct virtqueue *vq, struct virtio_net_hdr_mrg *h')).toContain(
      'a/D = virtio16_to_cpu(v, h->num_buffers/D); b = le16_to_cpu(h->own);',
    );
  });

  it('knows records only the device writes, and not comparisons of them', () => {
    expect(shown('bool ok = r->response == 0; return ok;', 'struct virtio_scsi_cmd_resp *r')).toBe(
      'bool ok = r->response/D == 0; return ok;',
    );
  });

  it('comes out of a function of the same file', () => {
    const helper = 'return readl(p);\n}\nint g(void)\n{\n\tint x = f(0);\n\treturn x;';
    expect(shown(helper)).toContain('int x/D = f(0);\n\treturn x/D;');
  });

  it('comes through a pointer that a function of the same file was given', () => {
    const helper =
      'return virtqueue_get_buf(vq, len);\n}\nint g(struct virtqueue *vq)\n{\n\tu32 n = 0;\n\tf(vq, &n);\n\treturn n;';
    expect(shown(helper, 'struct virtqueue *vq, u32 *len')).toContain('f(vq, &n/D);\n\treturn n/D;');
  });

  it('is not said of the host side, which reads what the guest wrote', () => {
    const host = 'drivers/vhost/vhost.c';
    const body = 'struct vhost_virtqueue *hvq; u32 len = le32_to_cpu(vq->desc[0].len);';
    expect(shown(body, 'struct virtqueue *vq', host)).toBe(body);
  });
});

describe('physical addresses', () => {
  it.each([
    [
      'u64 a = virt_to_phys(p); vq->desc[0].addr = cpu_to_virtio64(v, a);',
      'u64 a/P = virt_to_phys(p); vq->desc[0].addr/P = cpu_to_virtio64(v, a/P);',
    ],
    [
      'unsigned long pfn = page_to_pfn(pg) >> 2; dma_addr_t d = dma_map_page(dev, pg, 0, 1, 1);',
      'unsigned long pfn/P = page_to_pfn(pg) >> 2; dma_addr_t d = dma_map_page(dev, pg, 0, 1, 1);',
    ],
    ['u64 size = __pa(end) - __pa(start);', 'u64 size = __pa(end) - __pa(start);'],
    ['struct r r = { .base = __pa(p) }; use(r.base);', 'struct r r = { .base = __pa(p) }; use(r.base/P);'],
  ])('%s', (body, expected) => {
    expect(shown(body)).toBe(expected);
  });

  it('are told where they are stored through a pointer, on that way alone', () => {
    expect(
      shown(
        'if (x) { *addr = (dma_addr_t)sg_phys(sg); return 0; } *addr = dma_map_page(d, p, 0, 1, 1); return 0;',
        'dma_addr_t *addr',
      ),
    ).toBe(
      'if (x) { *addr/P = (dma_addr_t)sg_phys(sg); return 0; } *addr = dma_map_page(d, p, 0, 1, 1); return 0;',
    );
  });

  it('are what a phys_addr_t holds', () => {
    const text = shown('use(where);', 'phys_addr_t where');
    expect(text).toBe('use(where/P);');
  });
});

it('gives for a range what it gives for the whole, there', () => {
  const text = `${head}int a(void) { u32 n = readl(p); return n; }\nint b(void) { u32 m = readl(p); return m; }\n`;
  const program = programOf({ [file]: text });
  const all = marksIn(program, file, null);
  const span = { start: text.indexOf('u32 m'), end: text.length };
  expect(marksIn(program, file, span)).toEqual(all.filter(({ start }) => start >= span.start));
  expect(all).toHaveLength(4);
});
