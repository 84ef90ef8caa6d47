/** What Debian's kernels decide for a device, run from their own sources, guest by guest. */
import { coreFolders, isHeaderFollowed } from '@vringside/grammars/relevance';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Configuration,
  parseConfiguration,
  treePolicy,
} from '../../server/src/analysis/evaluate/index.js';
import { builtinPolicy } from '../../server/src/model/guest/builtin-policies.js';
import { guestFacts, platformOf, platforms } from '../../server/src/model/guest/platforms.js';
import type { Policy, Question } from '../../server/src/model/policy.js';
import type { DeviceClass, PlatformId, Transport } from '../../server/src/model/scenario.js';
import { createProgram, type Program, selectFiles, treeAt } from '../../server/src/program/index.js';
import { createKernelParser } from '../../server/src/syntax/index.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';

const transports: readonly Transport[] = ['pci-modern', 'pci-transitional', 'mmio', 'ccw'];

const flag = ['VIRTIO_F_VERSION_1', 'VIRTIO_F_ACCESS_PLATFORM'];
const noFlag = ['VIRTIO_F_VERSION_1'];

interface Asked {
  readonly platform: PlatformId;
  readonly features: readonly string[];
  readonly class?: DeviceClass;
  /** Default: pci-modern. */
  readonly transport?: Transport;
  readonly xen?: 'hvm' | 'pv';
}

function question({ platform, features, class: deviceClass = 'blk', transport, xen }: Asked): Question {
  const boot = { isXen: xen !== undefined, hasSwiotlb: true, isForced: false };
  const guest = guestFacts(platformOf(platform), boot);
  const predicates = new Map(guest.predicates);
  if (xen === 'pv') predicates.set('xen_pv_domain()', true).set('xen_hvm_domain()', false);
  const offered = new Set(features);
  const device = { class: deviceClass, transport: transport ?? 'pci-modern', offered };
  return { guest: { ...guest, predicates }, device, features: offered, driverClears: null };
}

/** As the machine asks: what is kept, what the driver leaves of it, who is refused. */
function outcome(policy: Policy, asked: Asked): string {
  const q = question(asked);
  const kept = policy.kept(q);
  if (!kept.known) return `? ${kept.why}`;
  const finalized = policy.finalized?.({ ...q, features: kept.value });
  if (finalized?.known === true && finalized.value !== null) return finalized.value;
  const validated = policy.validated({ ...q, features: kept.value });
  if (!validated.known) return `? ${validated.why}`;
  const last = { ...q, features: validated.value };
  const refusal = policy.refusal(last);
  const dma = policy.usesDmaApi(last);
  if (!refusal.known) return `? ${refusal.why}`;
  if (!dma.known) return `? ${dma.why}`;
  return refusal.value ?? (dma.value ? 'DMA API' : 'bypass');
}

async function open(root: string): Promise<Program> {
  const paths = [
    ...coreFolders,
    'drivers/block/virtio_blk.c',
    'drivers/net/virtio_net.c',
    'net/9p/trans_virtio.c',
  ];
  const { files } = await selectFiles({ root, paths });
  return createProgram({ tree: treeAt(root), files, parser: await createKernelParser(), isHeaderFollowed });
}

/** Refused without the flag by a hook of the architecture; the others let the device bypass. */
const gated: readonly PlatformId[] = ['sev', 'sev-es', 'sev-snp', 'tdx', 's390-pv', 'hyperv-cvm'];
const open6: readonly PlatformId[] = ['plain', 'sme-host', 'pef', 'pkvm', 'cca'];

for (const version of ['6.12', '6.1'] as const satisfies readonly KernelVersion[]) {
  const root = kernelTree(version);
  describe.skipIf(root === null)(`Linux ${version}`, () => {
    let program: Program;
    let policy: Policy;
    const fallback = builtinPolicy(`v${version}`)!;
    const withConfig = (text: string): Policy => {
      const configuration: Configuration = parseConfiguration('.config', text);
      return treePolicy(program, { fallback, configuration });
    };
    const edited = (file: string, from: string, to: string): Policy => {
      const text = program.source(file)?.text ?? '';
      expect(text.split(from).length, `${file}: ${from}`).toBe(2);
      return treePolicy(
        program.withOverlay(
          file,
          text.replace(from, () => to),
        ),
        { fallback },
      );
    };
    beforeAll(async () => {
      program = await open(root!);
      policy = treePolicy(program, { fallback });
    });

    it.each(gated)(
      '%s: a device without the flag is refused, one with it works through the DMA API',
      (platform) => {
        expect(outcome(policy, { platform, features: noFlag })).toBe('-ENODEV');
        expect(outcome(policy, { platform, features: flag })).toBe('DMA API');
        expect(outcome(policy, { platform, features: flag, class: 'balloon' })).toBe('-ENODEV');
        expect(outcome(policy, { platform, features: [] })).toBe('-EINVAL');
        for (const transport of ['pci-legacy', 'mmio', 'ccw'] as const)
          expect(outcome(policy, { platform, features: [], transport }), transport).toBe('-ENODEV');
      },
    );

    it.each(open6)('%s: nobody is refused', (platform) => {
      expect(outcome(policy, { platform, features: noFlag })).toBe('bypass');
      expect(outcome(policy, { platform, features: flag })).toBe('DMA API');
      expect(outcome(policy, { platform, features: flag, class: 'balloon' })).toBe('bypass');
    });

    it('names the return statement that decided', () => {
      const q = question({ platform: 'sev', features: noFlag });
      const line = (file: string, text: string): number => {
        const lines = (program.source(file)?.text ?? '').split('\n');
        return lines.findIndex((l) => l.includes(text)) + 1;
      };
      const where = policy.refusal(q).where;
      const warned = line('drivers/virtio/virtio.c', 'device must provide VIRTIO_F_ACCESS_PLATFORM');
      expect(where).toBe(`virtio_features_ok (drivers/virtio/virtio.c:${warned + 1})`);
      expect(policy.usesDmaApi(q).where).toContain('vring_use_dma_api (drivers/virtio/virtio_ring.c:');
      expect(policy.validated({ ...q, device: { ...q.device, class: 'balloon' } }).where).toContain(
        'virtballoon_validate (',
      );
    });

    it("agrees with the model's own record of this release", () => {
      for (const { id } of platforms) {
        for (const features of [flag, noFlag, []]) {
          for (const deviceClass of ['blk', 'net', '9p', 'balloon'] as const) {
            for (const transport of transports) {
              const asked: Asked = { platform: id, features, class: deviceClass, transport };
              const what = `${id} ${transport} ${features} ${deviceClass}`;
              expect(outcome(policy, asked), what).toBe(outcome(fallback, asked));
            }
          }
        }
      }
    });

    it('Xen guests use the DMA API; grants are asked for where they are configured', () => {
      const hvm: Asked = { platform: 'plain', features: noFlag, xen: 'hvm' };
      const pv: Asked = { ...hvm, xen: 'pv' };
      expect([outcome(policy, hvm), outcome(policy, pv)]).toEqual(['DMA API', 'DMA API']);
      const base =
        'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_ANCHOR=y\nCONFIG_XEN=y\nCONFIG_XEN_PV=y\nCONFIG_XEN_PVHVM=y\n';
      const grants = withConfig(`${base}CONFIG_XEN_VIRTIO=y\nCONFIG_XEN_GRANT_DMA_OPS=y\n`);
      expect(outcome(grants, hvm)).toBe('DMA API');
      // Whether the device's back end takes grants is in the device tree or Xenstore.
      expect(outcome(grants, pv)).toMatch(/^\? /);
      expect(outcome(grants, { ...pv, features: flag })).toBe('DMA API');
      expect(outcome(grants, { platform: 'plain', features: noFlag })).toBe('bypass');
      const stubs = withConfig(`${base}CONFIG_XEN_VIRTIO=y\n`);
      expect(outcome(stubs, pv)).toBe('DMA API');
    });

    it('TDX is restricted by code that is built for it', () => {
      const tdx: Asked = { platform: 'tdx', features: noFlag };
      const base =
        'CONFIG_VIRTIO=y\nCONFIG_VIRTIO_ANCHOR=y\nCONFIG_INTEL_TDX_GUEST=y\nCONFIG_X86_MEM_ENCRYPT=y\n';
      const withoutAmd = { '6.12': '-ENODEV', '6.1': 'bypass' }[version];
      expect(outcome(withConfig(base), tdx)).toBe(withoutAmd);
      expect(outcome(withConfig(`${base}CONFIG_AMD_MEM_ENCRYPT=y\n`), tdx)).toBe('-ENODEV');
    });

    it.each([
      [
        '! dropped in vring_use_dma_api()',
        'drivers/virtio/virtio_ring.c',
        'if (!virtio_has_dma_quirk(vdev))',
        'if (virtio_has_dma_quirk(vdev))',
        'DMA API DMA API bypass -ENODEV',
      ],
      [
        'the platform asked in vring_use_dma_api()',
        'drivers/virtio/virtio_ring.c',
        'if (xen_domain())',
        'if (xen_domain() || is_secure_guest())',
        'bypass DMA API DMA API -ENODEV',
      ],
      [
        'the quirk helper says no',
        'include/linux/virtio_config.h',
        'return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM)',
        'return false',
        'DMA API DMA API DMA API -ENODEV',
      ],
      [
        'the ring does not know the flag',
        'drivers/virtio/virtio_ring.c',
        '\t\tcase VIRTIO_F_ACCESS_PLATFORM:\n\t\t\tbreak;\n',
        '',
        'bypass bypass bypass -ENODEV',
      ],
      [
        'another errno',
        'drivers/virtio/virtio.c',
        '"device must provide VIRTIO_F_ACCESS_PLATFORM\\n");\n\t\t\treturn -ENODEV',
        '"device must provide VIRTIO_F_ACCESS_PLATFORM\\n");\n\t\t\treturn -EPERM',
        'bypass bypass DMA API -EPERM',
      ],
      [
        'nobody asks the gate',
        'drivers/virtio/virtio.c',
        'if (virtio_check_mem_acc_cb(dev)) {',
        'if (0) {',
        'bypass bypass DMA API bypass',
      ],
      [
        "s390's hook dropped",
        'arch/s390/mm/init.c',
        '\tvirtio_set_mem_acc_cb(virtio_require_restricted_mem_acc);\n',
        '',
        'bypass bypass DMA API bypass',
      ],
    ])('mutant: %s', (_, file, from, to, expected) => {
      const mutant = edited(file, from, to);
      const row = [
        outcome(mutant, { platform: 'plain', features: noFlag }),
        outcome(mutant, { platform: 'pef', features: noFlag }),
        outcome(mutant, { platform: 'pef', features: flag }),
        outcome(mutant, { platform: 's390-pv', features: noFlag }),
      ];
      expect(row.join(' ')).toBe(expected);
    });

    it('costs a fraction of a second, all guests and devices of the matrix together', () => {
      const fresh = treePolicy(program.withOverlay('drivers/virtio/none.c', 'int none;\n'), { fallback });
      const start = performance.now();
      for (const { id } of platforms)
        for (const features of [flag, noFlag]) outcome(fresh, { platform: id, features });
      expect(performance.now() - start).toBeLessThan(1500);
    });
  });
}
