/**
 * What a distribution sets, for the options that decision code asks about.
 *
 * Origin: the configurations Debian 12 builds. x86: config-6.12.117+deb12-amd64 of the package linux-image-6.12.117+deb12-amd64.
 * arm64: config.arm64_none_arm64 of linux-config-6.12 (6.12.117-1~deb12u1). powerpc and s390: config.ppc64el_none_powerpc64le
 * and config.s390x_none_s390x of linux-config-6.1 (6.1.176-1). An option that a configuration does not name is off in it.
 */

export type OptionValue = 'y' | 'm' | 'n';

type Options = Readonly<Record<string, OptionValue>>;

/** Set alike in all four. */
const everywhere: Options = {
  CONFIG_64BIT: 'y',
  CONFIG_BALLOON_COMPACTION: 'y',
  CONFIG_BLOCK: 'y',
  CONFIG_DEBUG_FS: 'y',
  CONFIG_DMA_RESTRICTED_POOL: 'n',
  CONFIG_MMU: 'y',
  CONFIG_MODULES: 'y',
  CONFIG_NET: 'y',
  CONFIG_PAGE_POISONING: 'y',
  CONFIG_PCI: 'y',
  CONFIG_SMP: 'y',
  CONFIG_SWIOTLB: 'y',
  CONFIG_SWIOTLB_DYNAMIC: 'n',
  CONFIG_VIRTIO_ANCHOR: 'y',
  CONFIG_VIRTIO_BALLOON: 'm',
  CONFIG_VIRTIO_DEBUG: 'n',
  CONFIG_VIRTIO_MMIO: 'm',
  CONFIG_VIRTIO_PCI_LEGACY: 'y',
  CONFIG_XEN_GRANT_DMA_OPS: 'n',
  CONFIG_XEN_VIRTIO: 'n',
  CONFIG_XEN_VIRTIO_FORCE_GRANT: 'n',
};

/** Options that belong to other architectures, and are therefore off. */
const off = (...names: readonly string[]): Options =>
  Object.fromEntries(names.map((name): [string, OptionValue] => [`CONFIG_${name}`, 'n']));

export const defaultConfigurations: Readonly<Record<string, Options>> = {
  x86: {
    ...everywhere,
    ...off(
      'ARM',
      'ARM64',
      'ARM_PKVM_GUEST',
      'CCW',
      'OF',
      'PPC',
      'PPC64',
      'PPC_SVM',
      'S390',
      'S390_GUEST',
      'X86_32',
    ),
    ...off('PROTECTED_VIRTUALIZATION_GUEST', 'CPU_BIG_ENDIAN', 'DMA_OPS', 'UML'),
    CONFIG_ACPI: 'y',
    CONFIG_AMD_MEM_ENCRYPT: 'y',
    // Selected by AMD_MEM_ENCRYPT while it existed (5.13 to 5.18): arch/x86/Kconfig.
    CONFIG_ARCH_HAS_RESTRICTED_VIRTIO_MEMORY_ACCESS: 'y',
    CONFIG_ARCH_HAS_CC_PLATFORM: 'y',
    CONFIG_ARCH_HAS_FORCE_DMA_UNENCRYPTED: 'y',
    CONFIG_ARCH_HAS_MEM_ENCRYPT: 'y',
    CONFIG_HYPERV: 'm',
    CONFIG_INTEL_TDX_GUEST: 'y',
    CONFIG_IOMMU_DMA: 'y',
    CONFIG_KVM_GUEST: 'y',
    CONFIG_PM: 'y',
    CONFIG_PM_SLEEP: 'y',
    CONFIG_SWIOTLB_XEN: 'y',
    CONFIG_VIRTIO: 'y',
    CONFIG_VIRTIO_PCI: 'y',
    CONFIG_X86: 'y',
    CONFIG_X86_64: 'y',
    CONFIG_X86_MEM_ENCRYPT: 'y',
    CONFIG_XEN: 'y',
    CONFIG_XEN_PV: 'y',
    CONFIG_XEN_PVHVM: 'y',
  },
  powerpc: {
    ...everywhere,
    ...off(
      'ACPI',
      'AMD_MEM_ENCRYPT',
      'ARCH_HAS_CC_PLATFORM',
      'ARCH_HAS_FORCE_DMA_UNENCRYPTED',
      'ARCH_HAS_MEM_ENCRYPT',
    ),
    ...off(
      'ARCH_HAS_RESTRICTED_VIRTIO_MEMORY_ACCESS',
      'ARM',
      'ARM64',
      'ARM_PKVM_GUEST',
      'CCW',
      'HYPERV',
      'INTEL_TDX_GUEST',
    ),
    ...off(
      'IOMMU_DMA',
      'PPC_SVM',
      'PROTECTED_VIRTUALIZATION_GUEST',
      'S390',
      'S390_GUEST',
      'SWIOTLB_XEN',
      'UML',
      'X86',
    ),
    ...off('X86_32', 'X86_64', 'X86_MEM_ENCRYPT', 'XEN', 'XEN_PV', 'XEN_PVHVM', 'CPU_BIG_ENDIAN'),
    CONFIG_CPU_LITTLE_ENDIAN: 'y',
    CONFIG_DMA_OPS: 'y',
    CONFIG_KVM_GUEST: 'y',
    CONFIG_OF: 'y',
    CONFIG_PM: 'y',
    CONFIG_PM_SLEEP: 'y',
    CONFIG_PPC: 'y',
    CONFIG_PPC64: 'y',
    CONFIG_PPC_PSERIES: 'y',
    CONFIG_VIRTIO: 'm',
    CONFIG_VIRTIO_PCI: 'm',
  },
  s390: {
    ...everywhere,
    ...off(
      'ACPI',
      'AMD_MEM_ENCRYPT',
      'ARCH_HAS_CC_PLATFORM',
      'ARM',
      'ARM64',
      'ARM_PKVM_GUEST',
      'HYPERV',
      'INTEL_TDX_GUEST',
    ),
    ...off(
      'IOMMU_DMA',
      'KVM_GUEST',
      'OF',
      'PM',
      'PM_SLEEP',
      'PPC',
      'PPC64',
      'PPC_SVM',
      'PROTECTED_VIRTUALIZATION_GUEST',
    ),
    ...off('SWIOTLB_XEN', 'UML', 'X86', 'X86_32', 'X86_64', 'X86_MEM_ENCRYPT', 'XEN', 'XEN_PV', 'XEN_PVHVM'),
    CONFIG_ARCH_HAS_FORCE_DMA_UNENCRYPTED: 'y',
    CONFIG_ARCH_HAS_MEM_ENCRYPT: 'y',
    // Selected by the architecture while it existed (5.10 to 5.18): arch/s390/Kconfig.
    CONFIG_ARCH_HAS_RESTRICTED_VIRTIO_MEMORY_ACCESS: 'y',
    CONFIG_CCW: 'y',
    CONFIG_DMA_OPS: 'y',
    CONFIG_S390: 'y',
    CONFIG_S390_GUEST: 'y',
    CONFIG_VIRTIO: 'y',
    CONFIG_VIRTIO_PCI: 'm',
  },
  arm64: {
    ...everywhere,
    ...off(
      'AMD_MEM_ENCRYPT',
      'ARCH_HAS_CC_PLATFORM',
      'ARCH_HAS_FORCE_DMA_UNENCRYPTED',
      'ARM',
      'ARM_PKVM_GUEST',
      'CCW',
    ),
    ...off(
      'ARCH_HAS_RESTRICTED_VIRTIO_MEMORY_ACCESS',
      'INTEL_TDX_GUEST',
      'KVM_GUEST',
      'PPC',
      'PPC64',
      'PPC_SVM',
      'S390',
    ),
    ...off(
      'PROTECTED_VIRTUALIZATION_GUEST',
      'S390_GUEST',
      'UML',
      'X86',
      'X86_32',
      'X86_64',
      'X86_MEM_ENCRYPT',
      'XEN_PV',
    ),
    ...off('XEN_PVHVM', 'CPU_BIG_ENDIAN', 'DMA_OPS'),
    CONFIG_ACPI: 'y',
    CONFIG_ARCH_HAS_MEM_ENCRYPT: 'y',
    CONFIG_ARM64: 'y',
    CONFIG_CPU_LITTLE_ENDIAN: 'y',
    CONFIG_HYPERV: 'm',
    CONFIG_IOMMU_DMA: 'y',
    CONFIG_OF: 'y',
    CONFIG_PM: 'y',
    CONFIG_PM_SLEEP: 'y',
    CONFIG_SWIOTLB_XEN: 'y',
    CONFIG_VIRTIO: 'y',
    CONFIG_VIRTIO_PCI: 'y',
    CONFIG_XEN: 'y',
  },
};

/**
 * Options without which a kernel does not know the platform it runs on: a guest of that platform has them, whatever the
 * distribution sets elsewhere. Origin: the code that answers each platform's predicate. arch/powerpc/include/asm/svm.h,
 * arch/s390/include/asm/uv.h, arch/x86/coco, drivers/virt/coco/pkvm-guest (6.12).
 */
export const platformOptions: Readonly<Record<string, Options>> = {
  'sme-host': { CONFIG_AMD_MEM_ENCRYPT: 'y', CONFIG_X86_MEM_ENCRYPT: 'y' },
  sev: { CONFIG_AMD_MEM_ENCRYPT: 'y', CONFIG_X86_MEM_ENCRYPT: 'y' },
  'sev-es': { CONFIG_AMD_MEM_ENCRYPT: 'y', CONFIG_X86_MEM_ENCRYPT: 'y' },
  'sev-snp': { CONFIG_AMD_MEM_ENCRYPT: 'y', CONFIG_X86_MEM_ENCRYPT: 'y' },
  tdx: { CONFIG_INTEL_TDX_GUEST: 'y', CONFIG_X86_MEM_ENCRYPT: 'y' },
  pef: {
    CONFIG_PPC_SVM: 'y',
    CONFIG_ARCH_HAS_CC_PLATFORM: 'y',
    CONFIG_ARCH_HAS_FORCE_DMA_UNENCRYPTED: 'y',
    CONFIG_ARCH_HAS_MEM_ENCRYPT: 'y',
  },
  's390-pv': { CONFIG_PROTECTED_VIRTUALIZATION_GUEST: 'y' },
  pkvm: { CONFIG_ARM_PKVM_GUEST: 'y', CONFIG_DMA_RESTRICTED_POOL: 'y' },
};
