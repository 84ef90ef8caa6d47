/** Which functions of a tree are run: found by what they decide, wherever they stand and whatever they are called. */
import { describe, expect, it } from 'vitest';
import { negotiate } from '../../../../server/src/model/guest/negotiation.js';
import type { Policy, Question } from '../../../../server/src/model/policy.js';
import { Trace } from '../../../../server/src/model/trace.js';
import { type Asked, edited, noFlag, policyOf, question, short, unedited, withFlag } from './support.js';

const ring = 'drivers/virtio/virtio_ring.c';
const core = 'drivers/virtio/virtio.c';
const balloon = 'drivers/virtio/virtio_balloon.c';
const blk = 'drivers/block/virtio_blk.c';
const s390 = 'arch/s390/mm/init.c';
const modern = 'drivers/virtio/virtio_pci_modern.c';

type Files = ReadonlyMap<string, string>;

/** The tree with one text replaced or added. */
function having(path: string, text: string, files: Files = unedited): Files {
  return new Map(files).set(path, text);
}

function changed(files: Files, path: string, from: string | RegExp, to: string): Files {
  const text = files.get(path) ?? '';
  const after = text.replace(from, () => to);
  if (after === text) throw new Error(`${path}: nothing changed`);
  return having(path, after, files);
}

/** Flag, no flag, no flag on Xen. */
function dmaRow(files: Files, more: Asked = {}): string {
  const policy = policyOf(files);
  const asked: readonly Asked[] = [{}, { features: noFlag }, { features: noFlag, xen: true }];
  return asked.map((a) => short(policy.usesDmaApi(question({ ...a, ...more })))).join(' ');
}

/** What the machine is told, step after step: the bits and the decision, an errno, or what was not known. */
function negotiated(policy: Policy, asked: Asked): string {
  const { guest, device, driverClears }: Question = question(asked);
  const { features, refused, usesDmaApi, undecided } = negotiate(
    policy,
    guest,
    device,
    driverClears,
    new Trace(),
  );
  if (undecided !== null) return `? ${undecided}`;
  if (refused !== null) return refused.errno;
  const flag = features.has('VIRTIO_F_ACCESS_PLATFORM') ? 'flag' : 'no flag';
  return `${flag}, ${usesDmaApi.known && usesDmaApi.value ? 'DMA API' : 'physical'}`;
}

describe('the decision on the DMA API', () => {
  const queue = `
struct vring_virtqueue {
	struct virtqueue vq;
	bool use_dma_api;
};

static struct virtqueue *make_queue(struct virtio_device *vdev, unsigned int num)
{
	struct vring_virtqueue *vq;
	bool use = false;

	vq = kmalloc(sizeof(*vq), GFP_KERNEL);
	if (!vq)
		return NULL;
	STORE
	return &vq->vq;
}
`;
  const ringText = unedited.get(ring) ?? '';
  const keeping = (store: string): Files => having(ring, ringText + queue.replace('STORE', () => store));

  it.each([
    ['the function as it is', 'vq->use_dma_api = vring_use_dma_api(vdev);', 'true false true'],
    ['turned round where it is kept', 'vq->use_dma_api = !vring_use_dma_api(vdev);', 'false true false'],
    ['a constant', 'vq->use_dma_api = true;', 'true true true'],
    ['written out', 'vq->use_dma_api = xen_domain() || mem_encrypt_active();', 'false false true'],
    ['through a local', 'use = vring_use_dma_api(vdev);\n\tvq->use_dma_api = use;', 'true false true'],
    [
      'in two steps',
      'vq->use_dma_api = vring_use_dma_api(vdev);\n\tif (xen_domain())\n\t\tvq->use_dma_api = false;',
      'true false false',
    ],
    [
      'on a condition nobody knows',
      'if (moon_is_full())\n\t\tvq->use_dma_api = true;\n\telse\n\t\tvq->use_dma_api = false;',
      '? moon_is_full() ? moon_is_full() ? moon_is_full()',
    ],
  ])('kept in a field: %s', (_, store, expected) => {
    expect(dmaRow(keeping(store))).toBe(expected);
  });

  it('under another name, and turned round', () => {
    const renamed = changed(
      keeping('vq->use_dma_api = needs_bounce(vdev);'),
      ring,
      'vring_use_dma_api',
      'needs_bounce',
    );
    expect(dmaRow(renamed)).toBe('true false true');
    expect(dmaRow(changed(renamed, ring, '!virtio_has_dma_quirk', 'virtio_has_dma_quirk'))).toBe(
      'false true true',
    );
    expect(policyOf(renamed).usesDmaApi(question({})).where).toBe(
      'needs_bounce (drivers/virtio/virtio_ring.c:9)',
    );
  });

  it('moved to a header, with or without a field', () => {
    const [head = '', decision = '', rest = ''] = ringText.split(
      /(static bool vring_use_dma_api[\s\S]*?\n}\n)/,
    );
    const header = 'include/linux/virtio_config.h';
    const inverted = decision.replace('!virtio_has_dma_quirk', 'virtio_has_dma_quirk');
    const moved = (tail: string): Files =>
      having(header, (unedited.get(header) ?? '') + inverted, having(ring, head + rest + tail));
    expect(dmaRow(moved(queue.replace('STORE', 'vq->use_dma_api = vring_use_dma_api(vdev);')))).toBe(
      'false true true',
    );
    expect(dmaRow(moved(''))).toBe('false true true');
  });

  it('a packed queue has its own', () => {
    const packed = queue
      .replaceAll('make_queue', 'make_packed')
      .replace(/struct vring_virtqueue \{[^}]*\};/, '');
    const files = having(
      ring,
      ringText +
        queue.replace('STORE', 'vq->use_dma_api = false;') +
        packed.replace('STORE', 'vq->use_dma_api = true;'),
    );
    const ask = (features: readonly string[]): string =>
      short(policyOf(files).usesDmaApi(question({ features })));
    expect([ask(noFlag), ask([...noFlag, 'VIRTIO_F_RING_PACKED'])]).toEqual(['false', 'true']);
  });

  it.each([
    [
      'the bypass first',
      'if (!wanted(vq->vq.vdev))\n\t\treturn sg_phys(sg);\n\treturn dma_map_page(sg);',
      'true false true',
    ],
    [
      'the mapping first',
      'if (wanted(vq->vq.vdev))\n\t\treturn dma_map_page(sg);\n\treturn sg_phys(sg);',
      'true false true',
    ],
    ['physical alone', 'return sg_phys(sg);', 'false false false'],
  ])('asked where an address is made: %s', (_, body, expected) => {
    const text = ringText.replace('vring_use_dma_api', 'wanted');
    const map = `
struct vring_virtqueue { struct virtqueue vq; };
static dma_addr_t map_one(const struct vring_virtqueue *vq, struct scatterlist *sg)
{
	${body}
}
`;
    expect(dmaRow(having(ring, text + map))).toBe(expected);
  });

  it('is not known where the ring core holds none', () => {
    const without = having(ring, ringText.replace(/static bool vring_use_dma_api[\s\S]*?\n}\n/, ''));
    expect(dmaRow(without)).toContain(
      '? no decision on the DMA API was found (use_dma_api, use_map_api, vring_use_dma_api())',
    );
    const noFile = new Map(unedited);
    noFile.delete(ring);
    expect(policyOf(noFile).usesDmaApi(question({})).where).toContain('(not in this tree: built-in v6.12)');
  });
});

describe('what the probe does to the bits', () => {
  const sev: Asked = { platform: 'sev' };
  it.each([
    ['as it is', core, '', '', 'flag, DMA API', '-ENODEV'],
    [
      'the loop ends early',
      core,
      'i < VIRTIO_TRANSPORT_F_END',
      'i < VIRTIO_F_ACCESS_PLATFORM',
      '-ENODEV',
      '-ENODEV',
    ],
    [
      'the flag given up before the gate',
      core,
      '\terr = virtio_features_ok(vdev);',
      '\t__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);\n\terr = virtio_features_ok(vdev);',
      '-ENODEV',
      '-ENODEV',
    ],
    [
      'the flag given up after the gate',
      core,
      '\terr = drv->probe(vdev);',
      '\t__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);\n\terr = drv->probe(vdev);',
      'no flag, physical',
      '-ENODEV',
    ],
    [
      'the flag taken unasked',
      core,
      '\terr = virtio_features_ok(vdev);',
      '\t__virtio_set_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);\n\terr = virtio_features_ok(vdev);',
      'flag, DMA API',
      'flag, DMA API',
    ],
    [
      'the offer masked',
      core,
      '\tvdev->features = offered & wanted;',
      '\toffered &= ~BIT_ULL(VIRTIO_F_ACCESS_PLATFORM);\n\tvdev->features = offered & wanted;',
      '-ENODEV',
      '-ENODEV',
    ],
  ])('%s', (_, file, from, to, flag, none) => {
    const policy = policyOf(from === '' ? unedited : edited(file, from, to));
    expect(negotiated(policy, sev)).toBe(flag);
    expect(negotiated(policy, { ...sev, features: noFlag })).toBe(none);
  });

  it("a driver's validate that is not called leaves nothing undone", () => {
    const off = edited(core, 'if (drv->validate) {', 'if (0 && drv->validate) {');
    const ask = (files: Files): string => negotiated(policyOf(files), { class: 'balloon' });
    expect([ask(unedited), ask(off)]).toEqual(['no flag, physical', 'flag, DMA API']);
  });

  it.each([
    ['a function nobody knows, its error taken', 'err = arch_agrees(vdev);\n\tif (err)\n\t\tgoto failed;'],
    ['a test nobody knows', 'if (arch_agrees(vdev)) {\n\t\terr = -EACCES;\n\t\tgoto failed;\n\t}'],
  ])('%s', (_, check) => {
    const files = edited(
      core,
      '\terr = virtio_features_ok(vdev);',
      `\t${check}\n\terr = virtio_features_ok(vdev);`,
    );
    expect(negotiated(policyOf(files), sev)).toContain('? ');
    expect(negotiated(policyOf(files), sev)).toContain('arch_agrees()');
  });

  it("the bus's probe under another name", () => {
    const bus = '\nstatic const struct bus_type virtio_bus = {\n\t.name = "virtio",\n\t.probe = begin,\n};\n';
    const text = (unedited.get(core) ?? '').replace('virtio_dev_probe', 'begin') + bus;
    const renamed = having(core, text);
    const noGate = changed(renamed, core, 'err = virtio_features_ok(vdev)', 'err = 0');
    const none: Asked = { ...sev, features: noFlag };
    expect([renamed, noGate].map((files) => negotiated(policyOf(files), none))).toEqual([
      '-ENODEV',
      'no flag, physical',
    ]);
    const lost = changed(renamed, core, '.probe = begin', '.probe = elsewhere');
    const gone = changed(lost, core, 'virtio_features_ok(struct', 'other_gate(struct');
    expect(negotiated(policyOf(gone), none)).toContain('virtio_dev_probe() was not found');
  });
});

describe("the transport's own code", () => {
  const transport = `// SPDX-License-Identifier: Apache-2.0
#include <linux/virtio_config.h>

static int settle(struct virtio_device *vdev)
{
	struct virtio_pci_device *vp_dev = to_vp_device(vdev);

	vring_transport_features(vdev);
	if (!__virtio_test_bit(vdev, VIRTIO_F_VERSION_1))
		return -EINVAL;
	iowrite32(vdev->features, &vp_dev->common->features);
	return 0;
}

static const struct virtio_config_ops ops = {
	.finalize_features = settle,
};
`;
  const tree = having(modern, transport);
  const old: Asked = { features: [] };

  it('refuses a device without VERSION_1, or does not', () => {
    const lax = changed(tree, modern, 'return -EINVAL', 'return 0');
    const other = changed(tree, modern, '-EINVAL', '-EPROTO');
    expect([tree, lax, other].map((files) => negotiated(policyOf(files), old))).toEqual([
      '-EINVAL',
      'no flag, physical',
      '-EPROTO',
    ]);
    expect(policyOf(tree).refusal(question(old)).where).toBe(`settle (${modern}:10)`);
  });

  it('is the built-in check where the tree does not hold it', () => {
    expect(negotiated(policyOf(unedited), old)).toBe('-EINVAL');
    expect(policyOf(unedited).finalized?.(question(old)).where).toBe(
      'vp_finalize_features() (not in this tree: built-in v6.12)',
    );
  });

  it('may give up the flag', () => {
    const clearing = changed(
      tree,
      modern,
      '\tif (!__virtio',
      '\t__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);\n\tif (!__virtio',
    );
    expect(negotiated(policyOf(clearing), { platform: 'sev' })).toBe('-ENODEV');
    expect(policyOf(clearing).kept(question({})).where).toBe(`settle (${modern}:4)`);
  });
});

describe('the driver of a class', () => {
  it('is read where the kernel keeps it', () => {
    const text = `${unedited.get(blk)}
static int disk_validate(struct virtio_device *vdev)
{
	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);
	return 0;
}
`;
    const files = having(
      blk,
      text.replace('.id_table = ids,', '.id_table = ids,\n\t.validate = disk_validate,'),
    );
    expect(negotiated(policyOf(files), { platform: 'sev' })).toBe('-ENODEV');
    expect(negotiated(policyOf(unedited), { platform: 'sev' })).toBe('flag, DMA API');
  });

  it.each([
    ['blk', 'VIRTIO_ID_BLOCK', 'true'],
    ['net', 'VIRTIO_ID_BLOCK', 'false'],
    ['net', 'VIRTIO_ID_NET', 'true'],
  ] as const)('%s is asked for %s', (deviceClass, id, expected) => {
    const files = edited(ring, 'return false;', `return vdev->id.device == ${id};`);
    const q = question({ class: deviceClass, features: noFlag });
    expect(short(policyOf(files).usesDmaApi(q))).toBe(expected);
  });

  it('under review says what kind of device it serves', () => {
    const files = edited(ring, 'return false;', 'return vdev->id.device == VIRTIO_ID_BALLOON;');
    const q = question({ class: 'blk', features: noFlag });
    const own = policyOf(files, { driverFile: balloon }).usesDmaApi(q);
    expect([short(own), short(policyOf(files).usesDmaApi(q))]).toEqual(['true', 'false']);
  });
});

describe('hooks that boot code installs', () => {
  const setter = '\tvirtio_set_mem_acc_cb(virtio_require_restricted_mem_acc);\n';
  const head = '#include <linux/virtio_anchor.h>\n';
  const refusal = (files: Files, asked: Asked): string =>
    short(policyOf(files).refusal(question({ features: noFlag, ...asked })));

  it('a function nobody calls installs none', () => {
    const dead = edited(s390, setter, '');
    const moved = changed(
      dead,
      s390,
      'void __init mem_init',
      `static void dead(void)\n{\n${setter}}\n\nvoid __init mem_init`,
    );
    expect(refusal(moved, { platform: 's390-pv' })).toBe('null');
    expect(refusal(changed(moved, s390, 'count_pages();', 'dead();'), { platform: 's390-pv' })).toBe(
      '-ENODEV',
    );
    const initcall = `${moved.get(s390)}\nearly_initcall(dead);\n`;
    expect(refusal(having(s390, initcall, moved), { platform: 's390-pv' })).toBe('-ENODEV');
  });

  it.each([
    'drivers/virt/coco/pkvm-guest/guest.c',
    'drivers/firmware/smccc/guest.c',
    'arch/arm/xen/enlighten.c',
  ])('in %s', (path) => {
    const files = having(path, `${head}void guest_services(void)\n{\n${setter}}\n`);
    expect(refusal(files, { platform: 'pkvm' })).toBe('-ENODEV');
    expect(refusal(unedited, { platform: 'pkvm' })).toBe('null');
  });

  it('an architecture that is not built does not count', () => {
    const files = having('arch/arm/xen/enlighten.c', `${head}void guest_services(void)\n{\n${setter}}\n`);
    expect(refusal(files, {})).toBe('null');
  });

  it("the last one counts: memory encryption's comes after the hypervisor's", () => {
    const hvm = 'arch/x86/xen/enlighten_hvm.c';
    const files = edited(hvm, 'if (IS_ENABLED(CONFIG_XEN_VIRTIO_FORCE_GRANT))\n\t\t', '');
    expect(refusal(files, { platform: 'sev', xen: true })).toBe('-ENODEV');
    expect(refusal(files, { xen: true })).toBe('? backend_of()');
  });
});

it('every step speaks of one and the same run', () => {
  const files = edited(core, 'i < VIRTIO_TRANSPORT_F_END', 'i < VIRTIO_F_ACCESS_PLATFORM');
  const policy = policyOf(files);
  const q = question({ features: withFlag });
  expect([policy.kept(q), policy.validated(q)].map(short)).toEqual(['VERSION_1', 'VERSION_1']);
});
