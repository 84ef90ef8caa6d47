import { describe, expect, it } from 'vitest';
import { fn, programOf, typeIn } from './support.js';

/** Types of the expressions in `int f(...) { ... }`. */
function typesIn(source: string, texts: readonly string[], name = 'f'): Record<string, string | null> {
  const program = programOf({ 'a.c': source });
  const where = fn(program, name, 'a.c');
  return Object.fromEntries(texts.map((text) => [text, typeIn(program, where, text)]));
}

const records = `
typedef unsigned long long u64;
struct device { int id; };
struct virtio_device { struct device dev; u64 features; const struct ops *config; };
struct virtqueue { struct virtio_device *vdev; union { void *priv; int token; }; };
struct ring { struct virtqueue vq; struct slot { u64 addr; } slots[4]; struct { int size; struct slot *first; } split; };
struct ops { struct device *(*dma_device)(struct virtio_device *vdev); int (*map)(int); };
typedef struct ring ring_t;
typedef struct ring *ring_ptr;
typedef struct { int counter; } count_t;
typedef int (*handler)(struct ring *r);
struct ring *ring_of(struct virtqueue *vq);
struct device the_device;
enum { FIRST = 1 };
`;

describe('types of expressions', () => {
  it('members, through pointers, arrays, typedefs and anonymous parts', () => {
    const source = `${records}int f(struct ring *r, ring_t *t, ring_ptr p, count_t *c) {
      use(r->vq.vdev, r->vq.token, r->slots[1].addr, r->split.first->addr, r->split.size, t->vq, p->vq.priv, c->counter, (*r).vq, r[0].vq.vdev->features); }`;
    const wanted = {
      'r->vq': 'struct virtqueue',
      'r->vq.vdev': 'struct virtio_device *',
      'r->vq.token': 'int',
      'r->slots[1].addr': 'u64',
      'r->slots[1]': 'struct slot',
      'r->split.first->addr': 'u64',
      'r->split.size': 'int',
      't->vq': 'struct virtqueue',
      'p->vq.priv': 'void *',
      'c->counter': 'int',
      '(*r).vq': 'struct virtqueue',
      'r[0].vq.vdev->features': 'u64',
    };
    expect(typesIn(source, Object.keys(wanted))).toEqual(wanted);
  });

  it('calls: of functions, of prototypes, through members and variables', () => {
    const source = `${records}static struct virtqueue *own(void) { return 0; }
    int f(struct ring *r, handler h) {
      struct device *(*get)(int) = 0;
      use(own()->vdev, ring_of(&r->vq)->split, r->vq.vdev->config->dma_device(r->vq.vdev)->id, get(1), (*get)(2), h(r), nobody()); }`;
    const wanted = {
      'own()': 'struct virtqueue *',
      'own()->vdev': 'struct virtio_device *',
      'ring_of(&r->vq)': 'struct ring *',
      'r->vq.vdev->config->dma_device(r->vq.vdev)': 'struct device *',
      'r->vq.vdev->config->dma_device(r->vq.vdev)->id': 'int',
      'get(1)': 'struct device *',
      '(*get)(2)': 'struct device *',
      'h(r)': 'int',
      'nobody()': null,
    };
    expect(typesIn(source, Object.keys(wanted))).toEqual(wanted);
  });

  it('operators', () => {
    const source = `${records}int f(struct ring *r, u64 n, void *v, char *s) {
      use(&r->vq, *r, !r, -n, r + 1, 1 + n, n << 3, r == v, n ? v : r, n ?: 4, (struct ring *)v, (v, r), sizeof(*r), r++, "text", the_device, FIRST, &the_device, s - s); }`;
    const wanted = {
      '&r->vq': 'struct virtqueue *',
      '*r': 'struct ring',
      '!r': 'int',
      '-n': 'u64',
      'r + 1': 'struct ring *',
      '1 + n': 'u64',
      'n << 3': 'u64',
      'r == v': 'int',
      'n ? v : r': 'struct ring *',
      'n ?: 4': 'u64',
      '(struct ring *)v': 'struct ring *',
      'sizeof(*r)': 'size_t',
      'r++': 'struct ring *',
      '"text"': 'char *',
      the_device: 'struct device',
      FIRST: 'int',
      '&the_device': 'struct device *',
      's - s': 'long',
    };
    expect(typesIn(source, Object.keys(wanted))).toEqual(wanted);
  });

  it('macros by their own bodies', () => {
    const source = `${records}
#define holder(ptr, type, member) ({ void *__p = (void *)(ptr); ((type *)(__p - 8)); })
#define to_ring(v) holder(v, struct ring, vq)
#define to_queue(p) holder(p, ring_t, vq)
#define vdev_of(q) ((q)->vdev)
#define pick(a, b) ({ typeof(a) __a = (a); __a ? __a : (b); })
#define MAIN (&the_device)
#define member_of(p, m) ((p)->m)
#define tagged(p, tag) ((struct tag *)(p))
int f(struct virtqueue *vq, void *v) {
  use(to_ring(vq)->split, to_queue(vq)->slots, vdev_of(vq)->features, pick(vq, vq)->vdev, MAIN->id, vdev_of(&to_ring(vq)->vq)->dev,
      member_of(vq, vdev), tagged(v, ring)); }`;
    const wanted = {
      'to_ring(vq)': 'struct ring *',
      'to_queue(vq)': 'ring_t *',
      'to_queue(vq)->slots': 'struct slot *',
      'vdev_of(vq)->features': 'u64',
      'pick(vq, vq)->vdev': 'struct virtio_device *',
      'MAIN->id': 'int',
      'vdev_of(&to_ring(vq)->vq)->dev': 'struct device',
      'member_of(vq, vdev)': 'struct virtio_device *',
      'tagged(v, ring)': 'struct ring *',
    };
    expect(typesIn(source, Object.keys(wanted))).toEqual(wanted);
  });

  it('the usual macros also in a tree that lacks their definitions', () => {
    const source = `${records}int f(struct virtqueue *vq, struct ring *r) {
      use(container_of(vq, struct ring, vq), READ_ONCE(r->vq.vdev), min_t(u64, 1, 2)); }`;
    expect(
      typesIn(source, ['container_of(vq, struct ring, vq)', 'READ_ONCE(r->vq.vdev)', 'min_t(u64, 1, 2)']),
    ).toEqual({
      'container_of(vq, struct ring, vq)': 'struct ring *',
      'READ_ONCE(r->vq.vdev)': 'struct virtio_device *',
      'min_t(u64, 1, 2)': 'u64',
    });
  });

  it('a name means its innermost declaration', () => {
    const program = programOf({
      'a.c': `struct a { int x; }; struct b { long y; };
        int f(struct a *p) {
          use(p->x);
          { struct b *p = 0; use(p->y); }
          for (struct b *p = 0; p; p++) more(p->y);
          return p->x + 1; }`,
    });
    const where = fn(program, 'f', 'a.c');
    expect(typeIn(program, where, 'p->x')).toBe('int');
    expect(typeIn(program, where, 'p->y')).toBe('long');
    expect(typeIn(program, where, 'more(p->y)')).toBeNull();
    expect(typeIn(program, where, 'p->x + 1')).toBe('int');
  });

  it('locals typed by what they are given', () => {
    const source = `${records}int f(struct virtqueue *vq) {
      __auto_type v = vq->vdev; typeof(vq->vdev->dev) *d = 0; typeof(*vq) q; use(v->features, d->id, q.vdev); }`;
    expect(typesIn(source, ['v->features', 'd->id', 'q.vdev'])).toEqual({
      'v->features': 'u64',
      'd->id': 'int',
      'q.vdev': 'struct virtio_device *',
    });
  });

  it('locals declared by a macro', () => {
    const source = `${records}
#define RING_ON_STACK(name) struct ring name = { 0 }
#define TYPED(type, name) type name; int name##_count
int f(void) { RING_ON_STACK(mine); TYPED(struct device *, dev); use(mine.split, dev->id, other.x); }`;
    expect(typesIn(source, ['dev->id', 'other.x'])).toEqual({
      'dev->id': 'int',
      'other.x': null,
    });
    expect(typesIn(source, ['mine'])).toEqual({ mine: 'struct ring' });
  });

  it('what goes in circles is not known, and ends', () => {
    const source = `
#define A B
#define B A
#define SELF(x) SELF(x)
typedef one two;
typedef two one;
int f(two *t) { use(A, SELF(1), t->x); }`;
    expect(typesIn(source, ['A', 'SELF(1)', 't->x'])).toEqual({ A: null, 'SELF(1)': null, 't->x': null });
  });
});
