import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  defaultConfiguration,
  parseConfiguration,
} from '../../../../server/src/analysis/evaluate/index.js';
import {
  conditionHolds,
  optionHolds,
} from '../../../../server/src/analysis/evaluate/running/configuration.js';
import { isBuilt } from '../../../../server/src/analysis/evaluate/running/makefiles.js';
import type { PpCondition } from '../../../../server/src/syntax/ir.js';
import { config, programOf } from './support.js';

function problem(text: string): string {
  try {
    parseConfiguration('build/.config', text);
    return 'none';
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return `${error.line}: ${error.message}`;
  }
}

describe('a .config file', () => {
  const text =
    '#\n# Linux/x86 6.12.0 Kernel Configuration\n#\nCONFIG_SMP=y\r\nCONFIG_VIRTIO=m\n# CONFIG_XEN is not set\nCONFIG_NR_CPUS=64\nCONFIG_CMDLINE="a \\"b\\""\n';

  it('says of every option what it is set to, and off where it is silent', () => {
    const c = parseConfiguration('.config', text);
    const options = ['SMP', 'VIRTIO', 'XEN', 'NR_CPUS', 'CMDLINE', 'NOT_THERE'];
    expect(options.map((name) => c.valueOf(`CONFIG_${name}`))).toEqual([
      'y',
      'm',
      'n',
      '64',
      '"a \\"b\\""',
      'n',
    ]);
  });

  it.each([
    ['CONFIG_SMP', '1: build/.config:1: no setting: CONFIG_SMP'],
    ['CONFIG_A=y\n\nint main(void);', '3: build/.config:3: no setting: int main(void);'],
    ['CONFIG_A=yes', '1: build/.config:1: CONFIG_A has no value of a configuration: yes'],
    ['CONFIG_A="open', '1: build/.config:1: CONFIG_A has no value of a configuration: "open'],
    ['', '1: build/.config:1: no configuration option in this file'],
    ['# a comment\n', '1: build/.config:1: no configuration option in this file'],
    ['CONFIG_A=-1\nCONFIG_B=0x10\n', 'none'],
  ])('%j: %s', (broken, expected) => {
    expect(problem(broken)).toBe(expected);
  });
});

describe('conditions of the preprocessor', () => {
  const c = config('CONFIG_YES=y\nCONFIG_MOD=m\nCONFIG_NUMBER=3\n');
  const defined = (name: string): PpCondition => ({ kind: 'defined', name });
  const enabled = (test: string, name: string): PpCondition => ({ kind: 'enabled', test, name });

  it.each([
    [defined('CONFIG_YES'), true],
    [defined('CONFIG_MOD'), false],
    [defined('CONFIG_MOD_MODULE'), true],
    [defined('CONFIG_YES_MODULE'), false],
    [defined('CONFIG_NO'), false],
    [defined('CONFIG_NUMBER'), true],
    [defined('__KERNEL__'), true],
    [defined('__ASSEMBLY__'), false],
    [defined('_LINUX_VIRTIO_H'), false],
    [enabled('IS_ENABLED', 'CONFIG_MOD'), true],
    [enabled('IS_BUILTIN', 'CONFIG_MOD'), false],
    [enabled('IS_MODULE', 'CONFIG_MOD'), true],
    [{ kind: 'not', of: defined('CONFIG_NO') } as PpCondition, true],
    [{ kind: 'and', of: [defined('CONFIG_YES'), defined('CONFIG_NO')] } as PpCondition, false],
    [{ kind: 'or', of: [defined('CONFIG_YES'), { kind: 'opaque', text: 'X > 2' }] } as PpCondition, true],
    [{ kind: 'and', of: [defined('CONFIG_NO'), { kind: 'opaque', text: 'X > 2' }] } as PpCondition, false],
    [
      { kind: 'or', of: [defined('CONFIG_NO'), { kind: 'opaque', text: 'X > 2' }] } as PpCondition,
      '#if X > 2',
    ],
    [defined('SOMETHING'), 'defined(SOMETHING)'],
  ])('%j: %s', (condition, expected) => {
    const truth = conditionHolds(condition, c);
    expect(typeof truth === 'boolean' ? truth : truth.why).toBe(expected);
  });
});

describe("a distribution's configuration", () => {
  it('is that of the architecture, and has what the platform cannot do without', () => {
    const of = (arch: string, platform: string, option: string): string | null =>
      defaultConfiguration(arch, platform).valueOf(option);
    expect(of('x86', 'plain', 'CONFIG_AMD_MEM_ENCRYPT')).toBe('y');
    expect(of('powerpc', 'plain', 'CONFIG_PPC_SVM')).toBe('n');
    expect(of('powerpc', 'pef', 'CONFIG_PPC_SVM')).toBe('y');
    expect(of('s390', 's390-pv', 'CONFIG_PROTECTED_VIRTUALIZATION_GUEST')).toBe('y');
    expect(of('arm64', 'plain', 'CONFIG_S390')).toBe('n');
  });

  it('does not know an option nobody has looked up', () => {
    const c = defaultConfiguration('x86', 'plain');
    expect(c.valueOf('CONFIG_OF_TOMORROW')).toBeNull();
    expect(c.valueOf('constructor')).toBeNull();
    expect(optionHolds(c, 'IS_ENABLED', 'CONFIG_OF_TOMORROW')).toEqual({
      kind: 'unknown',
      why: 'CONFIG_OF_TOMORROW',
    });
  });
});

describe('what is built', () => {
  const program = programOf(
    new Map([
      ['drivers/virtio/a.c', ''],
      ['drivers/Makefile', 'obj-$(CONFIG_VIRTIO)\t+= virtio/ # all of it\n'],
      [
        'drivers/virtio/Makefile',
        'obj-$(CONFIG_A) += a.o \\\n\tb.o\nobj-$(CONFIG_PCI) += pci.o\npci-y := one.o two.o\npci-$(CONFIG_LEGACY) += three.o\n',
      ],
    ]),
  );
  it.each([
    ['a.c', 'CONFIG_VIRTIO=y\nCONFIG_A=m\n', true],
    ['b.c', 'CONFIG_VIRTIO=y\nCONFIG_A=y\n', true],
    ['a.c', 'CONFIG_A=y\n', false],
    ['a.c', 'CONFIG_VIRTIO=y\n', false],
    ['two.c', 'CONFIG_VIRTIO=y\n', false],
    ['two.c', 'CONFIG_VIRTIO=y\nCONFIG_PCI=m\n', true],
    ['three.c', 'CONFIG_VIRTIO=y\nCONFIG_PCI=y\n', false],
    ['three.c', 'CONFIG_VIRTIO=y\nCONFIG_PCI=y\nCONFIG_LEGACY=y\n', true],
    ['three.c', 'CONFIG_VIRTIO=y\nCONFIG_LEGACY=y\n', false],
    ['unlisted.c', 'CONFIG_VIRTIO=y\n', true],
    ['a.h', 'CONFIG_NO=n\n', true],
  ])('%s with %j: %s', (name, text, expected) => {
    expect(isBuilt(program, `drivers/virtio/${name}`, config(text))).toBe(expected);
  });
});
