/** C run statement by statement: what `f()` returns, or the first thing that was not known. */
import { describe, expect, it } from 'vitest';
import { toSet } from '../../../../server/src/analysis/evaluate/feature-words.js';
import { Guests } from '../../../../server/src/analysis/evaluate/guest.js';
import { numberOf } from '../../../../server/src/analysis/evaluate/numbers/value.js';
import { runFunction } from '../../../../server/src/analysis/evaluate/running/calls.js';
import { type Asked, config, programOf, question, short } from './support.js';

const file = 'drivers/virtio/virtio.c';

function run(text: string, asked: Asked = {}) {
  const guests = new Guests(programOf(new Map([[file, `#include <linux/virtio.h>\n${text}`]])), null);
  const q = question(asked);
  const fn = guests.find(q, ['f']);
  if (fn === null) throw new Error('no f()');
  const machine = guests.run(q);
  const result = runFunction(machine, fn, [{ kind: 'pointer', to: 'device' }]);
  return { machine, result, q };
}

/** The number that `f()` returns. */
function value(text: string, asked: Asked = {}): string {
  const { value: v } = run(text, asked).result;
  const number = numberOf(v);
  if (number !== null) return String(number);
  return v.kind === 'int' || v.kind === 'unknown' ? `? ${v.why}` : v.kind;
}

/** What `f()` makes of the device's features. */
function features(text: string, asked: Asked = {}): string {
  const { machine, q } = run(text, asked);
  const word = machine.read('device.features');
  return word === null ? 'none' : short(toSet(word, q.features, 'f()'));
}

describe('expressions', () => {
  it.each([
    ['1 + 2 * 3', '7'],
    ['(7 & ~2) | 8', '13'],
    ['1ULL << 33', '8589934592'],
    ['(u64)1 << 33 >> 32', '2'],
    ['1 << 33', '? a shift by 33 in 32 bits'],
    ['~0U & 0xffffffffffULL', '4294967295'],
    ['~0 & 0xffffffffffULL', '1099511627775'],
    ['-ENODEV', '-19'],
    ['0x10 + 010 + 0b10', '26'],
    ['3 > 2 ? 5 : x()', '5'],
    ['x() ? 5 : 5', '5'],
    ['x() ? 5 : 6', '? x()'],
    ['0 ?: 4', '4'],
    ['0 && x()', '0'],
    ['x() && 0', '0'],
    ['1 || x()', '1'],
    ['x() || 1', '1'],
    ['x() || y()', '? x()'],
    ['!!5', '1'],
    ['(u8)0x1ff', '255'],
    ['(int)0x180000000ULL', '-2147483648'],
    ['(bool)256', '1'],
    ['likely(3)', '3'],
    ['({ int a = 2; a += 3; a * 2; })', '10'],
    ['(1, 2)', '2'],
    ['(x() & 0) == 0', '1'],
    ['(x() | 4) != 0', '1'],
    ['x() | 4', '? x()'],
    ['5 / 0', '? a division by 0'],
    ['IS_ENABLED(CONFIG_SWIOTLB)', '1'],
    ['IS_ENABLED(CONFIG_NOBODY_KNOWS)', '? CONFIG_NOBODY_KNOWS'],
    ['IS_MODULE(CONFIG_VIRTIO_BALLOON) + IS_BUILTIN(CONFIG_VIRTIO_BALLOON)', '1'],
    ['xen_domain()', '0'],
    ['cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT)', '0'],
    ['is_something_else()', '? is_something_else()'],
    ['BIT(VIRTIO_F_VERSION_1) >> 32', '1'],
    ['ARRAY_SIZE(table)', '3'],
    ['table[1]', '33'],
    ['*(table + 1)', '? *(table + 1)'],
    ['second', '8'],
    ['WITH_ARGS(2, 3)', '8'],
    ['vdev->config != NULL', '1'],
    ['sizeof(int)', '? sizeof(int)'],
  ])('%s is %s', (expression, expected) => {
    const text = `
#define WITH_ARGS(a, b) ((a) + 2 * (b))
static const unsigned int table[] = { VIRTIO_F_VERSION_1, VIRTIO_F_ACCESS_PLATFORM, 3 };
enum { first = 7, second };
long long f(struct virtio_device *vdev) { return ${expression}; }`;
    expect(value(text)).toBe(expected);
  });
});

describe('statements', () => {
  it.each([
    [
      'int i, n = 0; for (i = 0; i < 10; i++) { if (i == 3) continue; if (i == 6) break; n += i; } return n;',
      '12',
    ],
    ['int n = 0; do { n++; } while (n < 5); return n;', '5'],
    ['int n = 3; while (n) n--; return n;', '0'],
    ['int n = 0; while (x()) n++; return n;', '? x()'],
    ['int n = 4; while (x()) n = 4; return n;', '4'],
    ['while (x()) if (y()) return -EIO; return 0;', '? x()'],
    ['int n; list_for_each_entry(a, b, c) { n = 1; } return 2;', '2'],
    ['for (;;) { } return 0;', '? f() does not return'],
    ['for (;;) { if (x()) break; } return 4;', '4'],
    ['int n = 0; while (n < 100000) n++; return n;', '? a loop that goes on'],
    ['int e = x(); if (e) return e; return 0;', '? x()'],
    ['int e = 0; if (x()) e = 1; if (y()) e = 1; return e;', '? x()'],
    ['if (x()) return 7; else return 7;', '7'],
    ['int n = 1; if (n) goto out; n = 9; out: return n;', '1'],
    ['int n = 1; if (x()) goto out; n = 2; out: return n;', '? x()'],
    ['int n = 0; again: n++; if (n < 3) goto again; return n;', '3'],
    ['again: if (x()) goto again; return 1;', '1'],
    ['int n = 0; again: n++; if (x()) goto again; return n;', '? x()'],
    ['switch (4) { case 1: return 1; case 2 ... 5: return 2; default: return 3; }', '2'],
    [
      'int n = 0; switch (2) { case 1: n += 1; case 2: n += 2; case 3: n += 4; break; default: n += 8; } return n;',
      '6',
    ],
    ['switch (9) { default: return 1; case 2: return 2; }', '1'],
    ['int n = 5; switch (9) { case 2: n = 2; } return n;', '5'],
    ['switch (x()) { case 1: return 1; default: return 2; }', '? x()'],
    ['switch (x()) { case 1: return 2; default: return 2; }', '2'],
    [
      'int n = 0; switch (x()) { case 1: n = 1; break; case 2: n = 1; break; default: n = 1; } return n;',
      '1',
    ],
    ['int n = 2, *p = &n; *p = 6; return n;', '6'],
    ['int n = 2; fill(&n); return n;', '? fill()'],
    ['BUG_ON(1); return 3;', '? f() does not return'],
    ['if (x()) BUG(); return 3;', '3'],
    ['WRITE_ONCE(changed, 4); return changed;', '4'],
    ['return kept;', '3'],
    ['if (x()) changed = 1; return changed;', '? changed'],
    [
      'switch (2) {\n#ifdef CONFIG_NOBODY_KNOWS\ncase 2: return 1;\n#endif\ndefault: return 2; }',
      '? CONFIG_NOBODY_KNOWS',
    ],
    ['int constructor = 3, toString = 4; return constructor + toString;', '7'],
    ['return valueOf();', '? valueOf()'],
    ['constructor c = 1; __proto__ d = c; return d;', '1'],
    ['struct { int a; } s; s.a = 3; return s.a;', '3'],
    ['return g(2);', '? g() calls itself'],
    ['return twice(21);', '42'],
    ['bool b = 8; return b;', '1'],
    ['dev_warn(d, "x"); mutex_lock(&m); return 1;', '1'],
    ['scoped_guard(mutex, &m) { return 2; } return 1;', '2'],
    ['#ifdef CONFIG_SWIOTLB\nreturn 1;\n#else\nreturn 2;\n#endif', '1'],
    ['#ifdef CONFIG_XEN_VIRTIO\nreturn 1;\n#endif\nreturn 2;', '2'],
    ['#ifdef CONFIG_NOBODY_KNOWS\nreturn 1;\n#endif\nreturn 2;', '? CONFIG_NOBODY_KNOWS'],
    ['#if PAGE_SIZE > 4096\nreturn 1;\n#else\nreturn 1;\n#endif', '? #if PAGE_SIZE > 4096'],
  ])('%s gives %s', (body, expected) => {
    const text = `
static int kept = 3, changed;
static int twice(int n) { return 2 * n; }
static int g(int n) { return n ? g(n - 1) : 0; }
int f(struct virtio_device *vdev) {
${body}
}`;
    expect(value(text)).toBe(expected);
  });

  it('recursion, and calls that nest without end, are given up with a reason', () => {
    expect(value('int f(void) { return f(); }')).toBe('? f() calls itself');
    const chain = Array.from({ length: 60 }, (_, i) => `int f${i}(void) { return f${i + 1}(); }`).reverse();
    expect(value(`int f60(void) { return 1; }\n${chain.join('\n')}\nint f(void) { return f0(); }`)).toBe(
      '? f() takes too many steps',
    );
    const deep = `${'('.repeat(3000)}1${')'.repeat(3000)}`;
    expect(value(`int f(void) { return ${'!'.repeat(4000)}1; }`)).toMatch(/^\? |^[01]$/);
    expect(value(`int f(void) { return ${deep}; }`)).toMatch(/^\? |^1$/);
  });

  it('work without end is given up with a reason', () => {
    const loops = 'for (i = 0; i < 1000; i++) for (j = 0; j < 1000; j++) n++;';
    expect(value(`int f(void) { int i, j, n = 0; ${loops} return n; }`)).toBe('? f() takes too many steps');
  });
});

describe('features of the device', () => {
  const helpers = `
static inline void __virtio_clear_bit(struct virtio_device *vdev, unsigned int fbit) { vdev->features &= ~BIT_ULL(fbit); }
static inline void __virtio_set_bit(struct virtio_device *vdev, unsigned int fbit) { vdev->features |= BIT_ULL(fbit); }
`;
  it.each([
    ['__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);', 'VERSION_1'],
    ['__virtio_set_bit(vdev, VIRTIO_F_RING_PACKED);', 'ACCESS_PLATFORM RING_PACKED VERSION_1'],
    ['vdev->features &= ~(1ULL << VIRTIO_F_ACCESS_PLATFORM);', 'VERSION_1'],
    ['vdev->features &= ~(1U << 3);', ''],
    ['vdev->features = 0;', ''],
    ['if (x()) __virtio_clear_bit(vdev, VIRTIO_NET_F_MTU);', 'ACCESS_PLATFORM VERSION_1'],
    ['if (x()) __virtio_clear_bit(vdev, VIRTIO_F_VERSION_1);', '? VIRTIO_F_VERSION_1: x()'],
    ['if (x()) __virtio_clear_bit(vdev, VIRTIO_F_RING_PACKED);', 'ACCESS_PLATFORM VERSION_1'],
    ['if (x()) vdev->features = y();', '? x()'],
    ['if (x()) vdev->features = y(); else vdev->features = y();', '? y()'],
    [
      'if (x()) __virtio_clear_bit(vdev, 32); if (y()) __virtio_clear_bit(vdev, 32);',
      '? VIRTIO_F_VERSION_1: x()',
    ],
    ['vdev->features |= y() ? 1ULL << 34 : 0;', '? VIRTIO_F_RING_PACKED: y()'],
    ['other(vdev);', '? other()'],
    ['virtio_cread16(vdev, 4); dev_info(&vdev->dev, "x");', 'ACCESS_PLATFORM VERSION_1'],
    ['struct virtio_device *same = vdev; same->features = 0;', ''],
    ['struct holder *h = vdev->priv; h->vdev->features = 0;', ''],
  ])('%s leaves %s', (body, expected) => {
    const text = `${helpers}
struct virtio_device { struct device dev; u64 features; void *priv; };
struct holder { struct virtio_device *vdev; };
void f(struct virtio_device *vdev) { ${body} }`;
    expect(features(text)).toBe(expected);
  });

  it.each([
    ['with the bodies the tree has', helpers],
    ['bound where the tree has no bodies', ''],
  ])('helpers: %s', (_, bodies) => {
    const text = `${bodies}
int f(struct virtio_device *vdev)
{
	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);
	__virtio_set_bit(vdev, VIRTIO_F_RING_PACKED);
	return virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM) * 2 + virtio_has_feature(vdev, VIRTIO_F_RING_PACKED);
}`;
    expect(value(text)).toBe('1');
  });
});

describe('definitions under #if', () => {
  const text = `
#ifdef CONFIG_XEN_VIRTIO
static bool grants(void) { return true; }
#else
static bool grants(void) { return false; }
#endif
#ifdef CONFIG_SWIOTLB
#define POOL 2
#else
#define POOL 0
#endif
int f(void) { return POOL + grants(); }`;

  it("the distribution's configuration chooses", () => {
    expect(value(text)).toBe('2');
  });

  it('an exact configuration chooses', () => {
    const program = programOf(new Map([[file, text]]));
    const q = question({});
    const of = (options: string): string => {
      const guests = new Guests(program, config(options));
      return String(numberOf(runFunction(guests.run(q), guests.find(q, ['f'])!, []).value));
    };
    expect([
      of('CONFIG_XEN_VIRTIO=y\n'),
      of('CONFIG_SWIOTLB=y\n'),
      of('# CONFIG_SWIOTLB is not set\n'),
    ]).toEqual(['1', '2', '0']);
  });
});
