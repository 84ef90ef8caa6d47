import { beforeAll, describe, expect, it } from 'vitest';
import {
  createProgram,
  diskReader,
  type Program,
  type Selection,
  selectFiles,
  treeAt,
} from '../../server/src/program/index.js';
import { storeOf } from '../../server/src/program/meaning/stores.js';
import { hashOfName, scanHeader } from '../../server/src/program/names/header-names.js';
import { NameTable } from '../../server/src/program/names/name-table.js';
import { FileUnit } from '../../server/src/program/unit.js';
import { createKernelParser } from '../../server/src/syntax/index.js';
import { uncast, walk, walkExprs } from '../../server/src/syntax/walk.js';
import { kernelTree } from '../support/kernel-tree.js';

const root = kernelTree('6.12');
const ring = 'drivers/virtio/virtio_ring.c';

describe.skipIf(root === null)('the program of Linux 6.12', () => {
  let selection: Selection;
  let program: Program;
  beforeAll(async () => {
    selection = await selectFiles({ root: root!, jobs: 2 });
    program = createProgram({
      tree: treeAt(root!),
      files: selection.files,
      parser: await createKernelParser(),
    });
  });
  const at = (fact: { readonly file: string; readonly start: number }) =>
    `${fact.file}:${program.lineOf(fact.file, fact.start)}`;

  it('knows the tree, and the few files of it that matter', () => {
    expect(program.tree.version).toBe('6.12.117');
    expect(selection.considered).toBeGreaterThan(59_000);
    expect(selection.files.length).toBeLessThan(600);
    expect(selection.files).toContain('drivers/gpu/drm/virtio/virtgpu_vq.c');
    expect(selection.files).toContain('arch/s390/mm/init.c');
  });

  it('finds who asks whether the ring uses the DMA API', () => {
    const [decision] = program.functionsNamed('vring_use_dma_api', ring);
    expect(at(decision!)).toBe(`${ring}:280`);
    expect(program.callers(decision!).map((site) => site.caller?.name)).toEqual([
      'virtio_max_dma_size',
      'vring_alloc_queue',
      'vring_free_queue',
      'vring_create_virtqueue_packed',
      '__vring_new_virtqueue',
    ]);
  });

  it('finds where the answer is kept', () => {
    const stores = program.fieldAssignments('struct vring_virtqueue', 'use_dma_api');
    expect(stores.map((store) => [store.function?.name, program.textOf(store.file, store.value!)])).toEqual([
      ['vring_create_virtqueue_packed', 'vring_use_dma_api(vdev)'],
      ['__vring_new_virtqueue', 'vring_use_dma_api(vdev)'],
    ]);
    expect(program.untypedStores('use_dma_api')).toEqual([]);
  });

  it('finds what every transport does to finish the features', () => {
    const found = program
      .implementations('struct virtio_config_ops', 'finalize_features')
      .map((fn) => `${fn.file} ${fn.name}`);
    expect(found).toEqual([
      'arch/um/drivers/virtio_uml.c vu_finalize_features',
      'drivers/platform/mellanox/mlxbf-tmfifo.c mlxbf_tmfifo_virtio_finalize_features',
      'drivers/remoteproc/remoteproc_virtio.c rproc_virtio_finalize_features',
      'drivers/s390/virtio/virtio_ccw.c virtio_ccw_finalize_features',
      'drivers/virtio/virtio_mmio.c vm_finalize_features',
      'drivers/virtio/virtio_pci_legacy.c vp_finalize_features',
      'drivers/virtio/virtio_pci_modern.c vp_finalize_features',
      'drivers/virtio/virtio_vdpa.c virtio_vdpa_finalize_features',
    ]);
    expect(program.untypedStores('finalize_features')).toEqual([]);
  });

  it('knows where the platform hook is set and who offers one', () => {
    const hook = program.global('virtio_check_mem_acc_cb', 'drivers/virtio/virtio_anchor.c')!;
    const stores = program.variableAssignments(hook);
    expect(stores.map((store) => store.function.name)).toEqual(['virtio_set_mem_acc_cb']);
    const [setter] = program.functionsNamed('virtio_set_mem_acc_cb', 'drivers/virtio/virtio_anchor.c');
    const offered = program.callers(setter!).map((site) => program.textOf(site.file, site.call.args[0]!));
    expect([...new Set(offered)].sort()).toEqual([
      'virtio_require_restricted_mem_acc',
      'xen_virtio_restricted_mem_acc',
    ]);
  });

  it('types what the ring code says', () => {
    const [fn] = program.functionsNamed('vring_map_one_sg', ring);
    const types = new Map<string, string>();
    walkExprs(fn!, (node) => {
      const type = program.typeOf(node, program.scopeOf(fn!));
      if (type)
        types.set(
          program.textOf(ring, node).replace(/\s+/g, ' '),
          `${type.base} ${'*'.repeat(type.pointers)}`.trim(),
        );
    });
    expect(types.get('vq')).toBe('struct vring_virtqueue *');
    expect(types.get('vq->use_dma_api')).toBe('bool');
    expect(types.get('sg_phys(sg)')).toBe('dma_addr_t');
    expect(types.get('vring_dma_dev(vq)')).toBe('struct device *');
  });

  it('types nearly every member of the virtio core', () => {
    let members = 0;
    let known = 0;
    for (const file of selection.files.filter((path) => path.startsWith('drivers/virtio/'))) {
      for (const fn of program.facts(file)!.functions) {
        const scope = program.scopeOf(fn);
        walkExprs(fn, (node) => {
          if (node.kind !== 'member') return;
          members++;
          if (program.typeOf(node, scope) !== null) known++;
        });
      }
    }
    expect(members).toBeGreaterThan(3000);
    expect(known / members).toBeGreaterThan(0.985);
  });

  it('finds what an architecture supplies outside the selection', () => {
    const found = program
      .functionsBelow(['force_dma_unencrypted', 'xen_swiotlb_detect'], ['arch'])
      .map((fn) => `${fn.file} ${fn.name}`);
    expect(found).toContain('arch/x86/mm/mem_encrypt.c force_dma_unencrypted');
    expect(found).toContain('arch/s390/mm/init.c force_dma_unencrypted');
    expect(found.every((line) => line.startsWith('arch/'))).toBe(true);
  });

  it('misses almost no name that a header defines', () => {
    const headers = new Set(['drivers/net/virtio_net.c', ring].flatMap((file) => program.includesOf(file)));
    expect(headers.size).toBeGreaterThan(700);
    let names = 0;
    const missed: string[] = [];
    for (const header of headers) {
      const text = program.source(header)!.text;
      const reported = new Set<number>();
      scanHeader(text, (hash) => reported.add(hash));
      const facts = program.facts(header)!;
      const defined = [
        facts.functions,
        facts.macros,
        facts.globals,
        facts.prototypes,
        facts.typedefs,
        facts.enumerators,
      ].flatMap((list) => list.map((fact) => fact.name));
      for (const name of defined.filter((one) => /^\w+$/.test(one))) {
        names++;
        if (!reported.has(hashOfName(name))) missed.push(`${header} ${name}`);
      }
    }
    expect(names).toBeGreaterThan(30_000);
    expect(missed.length / names, missed.slice(0, 20).join('\n')).toBeLessThan(0.0005);
  });

  it('tells from tokens alone every chunk that stores to a field', async () => {
    const reader = diskReader(root!);
    const parser = await createKernelParser();
    const names = new NameTable();
    let stores = 0;
    const missed: string[] = [];
    for (const file of selection.files.filter((path) =>
      /^drivers\/(?:virtio|vhost|vdpa|net\/virtio_net)/.test(path),
    )) {
      const content = reader.read(file);
      if (content === null || !('text' in content)) continue;
      const unit = new FileUnit(file, content.text, parser, names);
      for (const fn of unit.facts.functions) {
        for (const variant of fn.variants) {
          walk(variant.body, (node) => {
            const target = storeOf(node)?.target;
            let member = target && uncast(target);
            while (member?.kind === 'index') member = uncast(member.object);
            if (member?.kind !== 'member') return;
            stores++;
            if (!unit.chunksStoring(member.field).includes(fn.chunk))
              missed.push(`${file} ${fn.name} ${member.field}`);
          });
        }
      }
    }
    expect(stores).toBeGreaterThan(2000);
    expect(missed).toEqual([]);
  });
});
