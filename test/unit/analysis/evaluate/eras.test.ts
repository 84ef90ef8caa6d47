/** Trees of other releases: what stands in them decides, the built-in policy of the release the rest. */
import { describe, expect, it } from 'vitest';
import { treePolicy } from '../../../../server/src/analysis/evaluate/index.js';
import { builtinPolicy } from '../../../../server/src/model/guest/builtin-policies.js';
import { loadFixture } from '../../../support/fixture-files.js';
import { type Asked, noFlag, programOf, question, short } from './support.js';

function policy(fixture: string, release: string, more: Readonly<Record<string, string>> = {}) {
  const files = new Map([...loadFixture('eras', fixture).files, ...Object.entries(more)]);
  return treePolicy(programOf(files), { fallback: builtinPolicy(release)! });
}

const asked: readonly (readonly [string, Asked])[] = [
  ['flag', {}],
  ['no flag', { features: noFlag }],
  ['Xen', { features: noFlag, xen: true }],
];

describe("each era's own decision", () => {
  it.each([
    ['4.8-quirk-asked-at-each-call.c', 'v4.8', 'vring_use_dma_api (drivers/virtio/virtio_ring.c:'],
    ['5.10-gate-of-the-architecture.c', 'v5.10', 'vring_use_dma_api (drivers/virtio/virtio_ring.c:'],
    ['6.6-premapped.c', 'v6.6', 'vring_use_dma_api (drivers/virtio/virtio_ring.c:'],
    ['6.18-map-operations.c', 'v6.18', 'vring_use_map_api (drivers/virtio/virtio_ring.c:'],
  ])('%s', (fixture, release, where) => {
    const answers = asked.map(([, a]) => policy(fixture, release).usesDmaApi(question(a)));
    expect(answers.map(short)).toEqual(['true', 'false', 'true']);
    for (const answer of answers) expect(answer.where).toContain(where);
  });

  it('before 4.6 every address is physical', () => {
    const answer = policy('4.5-and-before.c', 'v4.5').usesDmaApi(question({ features: [] }));
    expect(short(answer)).toBe('false');
    expect(answer.where).toBe('add_indirect (drivers/virtio/virtio_ring.c:13), always by physical address');
  });
});

describe('a gate of the architecture (5.10 to 5.18)', () => {
  const header = '#include <linux/virtio_config.h>\n';
  const s390 = `${header}int arch_has_restricted_virtio_memory_access(void)\n{\n\treturn is_prot_virt_guest();\n}\n`;
  const refusal = (more: Readonly<Record<string, string>>, a: Asked): string =>
    short(
      policy('5.10-gate-of-the-architecture.c', 'v5.10', more).refusal(question({ features: noFlag, ...a })),
    );

  it("the architecture's own function stands before the generic one", () => {
    const more = { 'arch/s390/mm/init.c': s390 };
    expect(refusal(more, { platform: 's390-pv' })).toBe('-ENODEV');
    expect(refusal(more, { platform: 'sev' })).toBe('null');
    expect(refusal({}, { platform: 's390-pv' })).toBe('null');
  });

  it("an architecture's mutant", () => {
    const more = { 'arch/s390/mm/init.c': s390.replace('is_prot', '!is_prot') };
    expect(refusal(more, { platform: 's390-pv' })).toBe('null');
  });
});

describe('a promise of the platform (5.19)', () => {
  const core = `#include <linux/virtio_config.h>
#include <linux/platform-feature.h>
int virtio_features_ok(struct virtio_device *dev)
{
	if (platform_has(PLATFORM_VIRTIO_RESTRICTED_MEM_ACCESS)) {
		if (!virtio_has_feature(dev, VIRTIO_F_ACCESS_PLATFORM))
			return -ENODEV;
	}
	return 0;
}
`;
  const x86 = `void __init sev_setup_arch(void)
{
	if (!cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT))
		return;
	platform_set(PLATFORM_VIRTIO_RESTRICTED_MEM_ACCESS);
}
`;
  const xen = `static inline void xen_restrict_virtio(void)
{
	if (IS_ENABLED(CONFIG_XEN_VIRTIO) && xen_domain())
		platform_set(PLATFORM_VIRTIO_RESTRICTED_MEM_ACCESS);
}
`;
  const hvm = 'void __init hvm_init(void)\n{\n\txen_restrict_virtio();\n}\n';
  const files = {
    'drivers/virtio/virtio.c': core,
    'arch/x86/mm/mem_encrypt_amd.c': x86,
    'include/xen/restrict.h': xen,
    'arch/x86/xen/enlighten_hvm.c': hvm,
  };
  const of = (a: Asked, more: Readonly<Record<string, string>> = {}): string =>
    short(
      policy('5.10-gate-of-the-architecture.c', 'v5.19', { ...files, ...more }).refusal(
        question({ features: noFlag, ...a }),
      ),
    );

  it('is kept by the guests whose boot code makes it', () => {
    expect(of({ platform: 'sev' })).toBe('-ENODEV');
    expect(of({})).toBe('null');
    expect(of({ platform: 's390-pv' })).toBe('null');
  });

  it('is made through a helper of a header, too', () => {
    expect(of({ xen: true })).toBe('null');
    const always = xen.replace('IS_ENABLED(CONFIG_XEN_VIRTIO) && ', '');
    expect(of({ xen: true }, { 'include/xen/restrict.h': always })).toBe('-ENODEV');
    expect(of({}, { 'include/xen/restrict.h': always })).toBe('null');
  });
});
