/** Change what a tree decides in one place, and what it answers has to change as the change says. */
import { describe, expect, it } from 'vitest';
import { builtinPolicy } from '../../../../server/src/model/guest/builtin-policies.js';
import {
  type Asked,
  config,
  edited,
  noFlag,
  policyOf,
  question,
  short,
  unedited,
  withFlag,
} from './support.js';

const ring = 'drivers/virtio/virtio_ring.c';
const core = 'drivers/virtio/virtio.c';
const header = 'include/linux/virtio_config.h';
const x86 = 'arch/x86/mm/mem_encrypt.c';
const s390 = 'arch/s390/mm/init.c';
const balloon = 'drivers/virtio/virtio_balloon.c';

type Files = ReadonlyMap<string, string>;

/** Whether the DMA API is used: plain guest with the flag, without it; Xen guest without it. */
function dmaRow(files: Files, more: Asked = {}): string {
  const policy = policyOf(files);
  const ask = (asked: Asked): string => short(policy.usesDmaApi(question({ ...asked, ...more })));
  return [ask({}), ask({ features: noFlag }), ask({ features: noFlag, xen: true })].join(' ');
}

/** Who is refused: SEV with the flag and without, s390 without, a plain guest without. */
function gateRow(files: Files): string {
  const policy = policyOf(files);
  const ask = (asked: Asked): string => short(policy.refusal(question(asked)));
  return [
    ask({ platform: 'sev' }),
    ask({ platform: 'sev', features: noFlag }),
    ask({ platform: 's390-pv', features: noFlag }),
    ask({ features: noFlag }),
  ].join(' ');
}

function kept(files: Files, features: readonly string[] = withFlag): string {
  return short(policyOf(files).kept(question({ features })));
}

function validated(files: Files, features: readonly string[] = withFlag): string {
  return short(policyOf(files).validated(question({ class: 'balloon', features })));
}

describe('the tree as it is', () => {
  it('uses the DMA API with the flag and in Xen guests', () => {
    expect(dmaRow(unedited)).toBe('true false true');
  });
  it('refuses a device without the flag where the platform restricts memory', () => {
    expect(gateRow(unedited)).toBe('null -ENODEV -ENODEV null');
  });
  it('keeps the bits the ring knows', () => {
    expect(kept(unedited, [...withFlag, 'VIRTIO_F_RING_PACKED', 'VIRTIO_F_SR_IOV'])).toBe(
      'ACCESS_PLATFORM RING_PACKED VERSION_1',
    );
  });
  it("gives up the flag in the balloon's validate", () => {
    expect(validated(unedited)).toBe('VERSION_1');
  });
  it('says which return statement decided', () => {
    const policy = policyOf(unedited);
    expect(policy.usesDmaApi(question({ features: noFlag })).where).toBe(
      'vring_use_dma_api (drivers/virtio/virtio_ring.c:12)',
    );
    expect(policy.refusal(question({ platform: 'sev', features: noFlag })).where).toBe(
      'virtio_features_ok (drivers/virtio/virtio.c:24)',
    );
  });
});

describe("vring_use_dma_api()'s mutants", () => {
  it.each([
    ['! dropped', ring, '!virtio_has_dma_quirk', 'virtio_has_dma_quirk', 'false true true'],
    [
      'true made false',
      ring,
      'quirk(vdev))\n\t\treturn true',
      'quirk(vdev))\n\t\treturn false',
      'false false true',
    ],
    ['the last false made true', ring, 'return false', 'return true', 'true true true'],
    ['a return dropped', ring, 'if (xen_domain())\n\t\treturn true;', '', 'true false false'],
    [
      '&& in place of two ifs',
      ring,
      '!virtio_has_dma_quirk(vdev))\n\t\treturn true;\n\tif (',
      '!virtio_has_dma_quirk(vdev) && ',
      'false false false',
    ],
    [
      '|| in place of two ifs',
      ring,
      '!virtio_has_dma_quirk(vdev))\n\t\treturn true;\n\tif (',
      '!virtio_has_dma_quirk(vdev) || ',
      'true false true',
    ],
    ["the helper's ! dropped", header, '!virtio_has_feature', 'virtio_has_feature', 'false true true'],
    [
      "the helper's bit swapped",
      header,
      'vdev, VIRTIO_F_ACCESS_PLATFORM',
      'vdev, VIRTIO_F_RING_PACKED',
      'false false true',
    ],
    [
      "the bit's number changed",
      'include/uapi/linux/virtio_config.h',
      'PLATFORM\t33',
      'PLATFORM\t32',
      'true true true',
    ],
    [
      'the word cut to 32 bits',
      header,
      'bool __virtio_test_bit',
      'int __virtio_test_bit',
      'false false true',
    ],
    [
      'a shift that leaves its type',
      header,
      'features & (1ULL <<',
      'features & (1 <<',
      '? a shift by 33 in 32 bits ? a shift by 33 in 32 bits true',
    ],
    [
      'compiled out',
      ring,
      'if (xen_domain())',
      'if (IS_ENABLED(CONFIG_XEN_VIRTIO) && xen_domain())',
      'true false false',
    ],
    [
      'under #if',
      ring,
      '\tif (xen_domain())\n\t\treturn true;',
      '#ifdef CONFIG_XEN_VIRTIO\n\tif (xen_domain())\n\t\treturn true;\n#endif',
      'true false false',
    ],
    [
      'under #if that holds',
      ring,
      '\tif (xen_domain())\n\t\treturn true;',
      '#ifdef CONFIG_XEN\n\tif (xen_domain())\n\t\treturn true;\n#endif',
      'true false true',
    ],
    [
      'a test nobody knows',
      ring,
      'if (xen_domain())',
      'if (moon_is_full())',
      'true ? moon_is_full() ? moon_is_full()',
    ],
    [
      'a test nobody knows that does not matter',
      ring,
      'return false',
      'if (moon_is_full())\n\t\treturn false;\n\treturn false',
      'true false true',
    ],
  ])('%s', (_, file, from, to, expected) => {
    expect(dmaRow(edited(file, from, to))).toBe(expected);
  });

  it('a helper under another name is followed', () => {
    const renamed = edited(ring, 'virtio_has_dma_quirk', 'device_wants_physical');
    const text = renamed.get(header) ?? '';
    const both = new Map(renamed).set(header, text.replace('virtio_has_dma_quirk', 'device_wants_physical'));
    expect(dmaRow(both)).toBe('true false true');
  });

  it('memory encryption as a third reason: the proposal of January 2019', () => {
    const files = edited(ring, 'xen_domain()', 'xen_domain() || mem_encrypt_active()');
    expect(dmaRow(files, { platform: 'sev' })).toBe('true true true');
    expect(dmaRow(files)).toBe('true false true');
  });

  it('a condition on addresses: the series of October 2019', () => {
    const files = edited(
      ring,
      'return false',
      'return mem_encrypt_active() && dma_addr_is_phys_addr(vdev->dev.parent)',
    );
    const policy = policyOf(files);
    const on = (platform: 'pef' | 'sev'): string =>
      short(policy.usesDmaApi(question({ platform, features: noFlag })));
    expect([on('pef'), on('sev')]).toEqual(['true', 'false']);
  });
});

describe("the gate's mutants", () => {
  it.each([
    [
      '! dropped',
      core,
      '!virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM)',
      'virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM)',
      '-ENODEV null null null',
    ],
    [
      'another errno',
      core,
      'respects the platform is wanted\\n");\n\t\t\treturn -ENODEV',
      'respects the platform is wanted\\n");\n\t\t\treturn -EPERM',
      'null -EPERM -EPERM null',
    ],
    [
      'another bit',
      core,
      'vdev, VIRTIO_F_ACCESS_PLATFORM',
      'vdev, VIRTIO_F_ORDER_PLATFORM',
      '-ENODEV -ENODEV -ENODEV null',
    ],
    [
      'the hook asked the other way round',
      core,
      'if (virtio_check_mem_acc_cb',
      'if (!virtio_check_mem_acc_cb',
      'null null null -ENODEV',
    ],
    ['never refused', core, 'if (virtio_check_mem_acc_cb(vdev))', 'if (0)', 'null null null null'],
    [
      'a refusal forgotten',
      core,
      'respects the platform is wanted\\n");\n\t\t\treturn -ENODEV',
      'respects the platform is wanted\\n");\n\t\t\treturn 0',
      'null null null null',
    ],
    [
      "x86's hook dropped",
      x86,
      '\tvirtio_set_mem_acc_cb(virtio_require_restricted_mem_acc);\n',
      '',
      'null null -ENODEV null',
    ],
    [
      "x86's hook for all guests",
      x86,
      'if (!cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT))\n\t\treturn;',
      '',
      'null -ENODEV -ENODEV -ENODEV',
    ],
    [
      "x86's hook asks of the host",
      x86,
      'CC_ATTR_GUEST_MEM_ENCRYPT',
      'CC_ATTR_HOST_MEM_ENCRYPT',
      'null null -ENODEV null',
    ],
    [
      "s390's hook dropped",
      s390,
      '\tvirtio_set_mem_acc_cb(virtio_require_restricted_mem_acc);\n',
      '',
      'null -ENODEV null null',
    ],
    [
      "s390's hook the other way round",
      s390,
      '!is_prot_virt_guest',
      'is_prot_virt_guest',
      'null -ENODEV null null',
    ],
    ["s390's set-up not called", s390, '\tprotect();\n', '', 'null -ENODEV null null'],
    [
      'a setter that does nothing',
      'include/linux/virtio_anchor.h',
      'virtio_check_mem_acc_cb = check;',
      '',
      'null null null null',
    ],
    [
      'the hook says no',
      'drivers/virtio/virtio_anchor.c',
      'return true',
      'return false',
      'null null null null',
    ],
    [
      'the default says yes',
      'drivers/virtio/virtio_anchor.c',
      'return false',
      'return true',
      'null -ENODEV -ENODEV -ENODEV',
    ],
  ])('%s', (_, file, from, to, expected) => {
    expect(gateRow(edited(file, from, to))).toBe(expected);
  });

  it('a gate nobody calls refuses nobody', () => {
    expect(gateRow(edited(core, 'err = virtio_features_ok(vdev)', 'err = 0'))).toBe('null null null null');
  });

  it('asked before validate, it lets the balloon through', () => {
    const moved = edited(
      core,
      '\tif (drv->validate) {',
      '\terr = virtio_features_ok(vdev);\n\tif (err)\n\t\tgoto failed;\n\tif (drv->validate) {',
    );
    const text = moved.get(core) ?? '';
    const files = new Map(moved).set(
      core,
      text.replace('\t}\n\terr = virtio_features_ok(vdev);\n\tif (err)\n\t\tgoto failed;\n', '\t}\n'),
    );
    const ask = (tree: Files): string =>
      short(policyOf(tree).refusal(question({ platform: 'sev', class: 'balloon' })));
    expect([ask(unedited), ask(files)]).toEqual(['-ENODEV', 'null']);
  });

  it('a second gate in the probe counts', () => {
    const files = edited(
      core,
      'err = drv->probe(vdev);',
      'if (mem_encrypt_active() && virtio_has_dma_quirk(vdev)) {\n\t\terr = -EINVAL;\n\t\tgoto failed;\n\t}\n\terr = drv->probe(vdev);',
    );
    const ask = (asked: Asked): string => short(policyOf(files).refusal(question(asked)));
    expect(ask({ platform: 'sme-host', features: noFlag })).toBe('-EINVAL');
    expect(ask({ platform: 'sme-host' })).toBe('null');
  });

  it('a driver whose validate fails is refused for that', () => {
    const files = edited(balloon, 'return 0;', 'return -EOPNOTSUPP;');
    expect(short(policyOf(files).refusal(question({ class: 'balloon' })))).toBe('-EOPNOTSUPP');
  });
});

describe("the ring's and the drivers' mutants", () => {
  it.each([
    ['the flag is not known to the ring', 'case VIRTIO_F_ACCESS_PLATFORM:\n\t\t\tbreak;\n', '', 'VERSION_1'],
    [
      'all bits are cleared',
      'break;\n\t\tdefault:',
      'fallthrough;\n\t\tdefault:',
      'ACCESS_PLATFORM VERSION_1',
    ],
    ['VERSION_1 falls through to nothing', 'case VIRTIO_F_VERSION_1:\n\t\t\tbreak;\n', '', 'ACCESS_PLATFORM'],
    ['nothing is cleared', '__virtio_clear_bit(vdev, i);', 'break;', 'ACCESS_PLATFORM VERSION_1'],
    [
      'the loop ends early',
      'i < VIRTIO_TRANSPORT_F_END',
      'i < VIRTIO_F_ACCESS_PLATFORM',
      'ACCESS_PLATFORM VERSION_1',
    ],
    [
      'a range of cases',
      'case VIRTIO_F_VERSION_1:\n\t\t\tbreak;\n\t\tcase VIRTIO_F_ACCESS_PLATFORM:',
      'case VIRTIO_F_VERSION_1 ... VIRTIO_F_ACCESS_PLATFORM:',
      'ACCESS_PLATFORM VERSION_1',
    ],
  ])('transport bits: %s', (_, from, to, expected) => {
    expect(kept(edited(ring, from, to))).toBe(expected);
  });

  it('packed rings are gone where their case falls through to the default', () => {
    const files = edited(ring, 'case VIRTIO_F_RING_PACKED:\n\t\t\tbreak;', 'case VIRTIO_F_RING_PACKED:');
    expect(kept(files, [...withFlag, 'VIRTIO_F_RING_PACKED'])).toBe('ACCESS_PLATFORM VERSION_1');
  });

  it.each([
    [
      'the flag kept',
      '\t__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);\n',
      '',
      'ACCESS_PLATFORM VERSION_1',
    ],
    [
      'cleared by hand',
      '__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM)',
      'vdev->features &= ~BIT_ULL(VIRTIO_F_ACCESS_PLATFORM)',
      'VERSION_1',
    ],
    [
      'cleared in some guests',
      '__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM)',
      'if (!mem_encrypt_active())\n\t\t__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM)',
      'VERSION_1',
    ],
    [
      'cleared if nobody knows what',
      '__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM)',
      'if (pages_are_poisoned())\n\t\t__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM)',
      '? VIRTIO_F_ACCESS_PLATFORM: pages_are_poisoned()',
    ],
    [
      'changed where nobody sees',
      '__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM)',
      'settle_features(vdev)',
      '? settle_features()',
    ],
    ['no validate', '.validate = balloon_validate,', '', 'ACCESS_PLATFORM VERSION_1'],
  ])('validate: %s', (_, from, to, expected) => {
    expect(validated(edited(balloon, from, to))).toBe(expected);
  });
});

describe('configuration', () => {
  const tdx: Asked = { platform: 'tdx', features: noFlag };
  const refusal = (files: Files, asked: Asked, text?: string): string =>
    short(
      policyOf(files, text === undefined ? {} : { configuration: config(text) }).refusal(question(asked)),
    );

  it('a file that is not built installs no hook', () => {
    const amdOnly = edited('arch/x86/mm/Makefile', 'X86_MEM_ENCRYPT', 'AMD_MEM_ENCRYPT');
    const on = 'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_ANCHOR=y\nCONFIG_AMD_MEM_ENCRYPT=y\n';
    expect(refusal(amdOnly, tdx)).toBe('-ENODEV');
    expect(refusal(amdOnly, tdx, on)).toBe('-ENODEV');
    expect(refusal(amdOnly, tdx, on.replace('AMD_MEM_ENCRYPT=y', 'INTEL_TDX_GUEST=y'))).toBe('null');
  });

  it("Xen's grants are asked for where the configuration says so, and in Xen guests alone", () => {
    const grants =
      'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_ANCHOR=y\nCONFIG_XEN=y\nCONFIG_XEN_PV=y\nCONFIG_XEN_PVHVM=y\nCONFIG_XEN_VIRTIO=y\nCONFIG_XEN_VIRTIO_FORCE_GRANT=y\n';
    const hvm: Asked = { xen: true, features: noFlag };
    const pv: Asked = { ...hvm, predicates: { 'xen_pv_domain()': true, 'xen_hvm_domain()': false } };
    expect(refusal(unedited, hvm)).toBe('null');
    expect(refusal(unedited, hvm, grants)).toBe('? backend_of()');
    expect(refusal(unedited, { features: noFlag }, grants)).toBe('null');
    expect(refusal(unedited, pv, grants)).toBe('? backend_of()');
    const notForced = grants.replace('CONFIG_XEN_VIRTIO_FORCE_GRANT=y\n', '');
    expect(refusal(unedited, hvm, notForced)).toBe('null');
    expect(refusal(unedited, pv, notForced)).toBe('? backend_of()');
  });
});

describe('what the tree lacks', () => {
  it('the built-in policy decides, and the answer says so', () => {
    const policy = policyOf(new Map([...unedited].filter(([path]) => path !== ring && path !== core)));
    const q = question({ platform: 'sev', features: noFlag });
    for (const answer of [policy.kept(q), policy.refusal(q), policy.usesDmaApi(q)])
      expect(answer.where).toContain('not in this tree: built-in v6.12');
    expect(short(policy.refusal(q))).toBe('-ENODEV');
    expect(policy.validated(question({ class: 'gpu' })).where).toContain('not in this tree');
    expect(policy.validated(q).where).toBe('disk (drivers/block/virtio_blk.c:10), which has no validate');
  });

  it('the driver under review stands for every class', () => {
    const policy = policyOf(unedited, { driverFile: balloon });
    expect(short(policy.validated(question({ class: 'blk' })))).toBe('VERSION_1');
  });

  it('what the scenario says of the driver counts', () => {
    const policy = policyOf(unedited);
    expect(short(policy.validated(question({ class: 'balloon', driverClears: false })))).toBe(
      'ACCESS_PLATFORM VERSION_1',
    );
    expect(short(policy.validated(question({ driverClears: true })))).toBe('VERSION_1');
  });

  it('agrees with the release it was made after', () => {
    const builtin = builtinPolicy('v6.12');
    for (const platform of ['plain', 'sme-host', 'pef', 'sev', 'tdx', 's390-pv', 'pkvm', 'cca'] as const) {
      for (const features of [withFlag, noFlag, []]) {
        const q = question({ platform, features });
        expect(short(policyOf(unedited).refusal(q)), `${platform} ${features}`).toBe(
          short(builtin!.refusal(q)),
        );
        expect(short(policyOf(unedited).usesDmaApi(q))).toBe(short(builtin!.usesDmaApi(q)));
      }
    }
  });
});
