/** Which files the hand-labelled inventory speaks for: searched through, so that a site without a row counts. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folders and files of the inventory's scope, in both trees; where a file moved, both names. */
const scopePaths: readonly string[] = [
  'drivers/virtio',
  'drivers/vhost',
  'drivers/vdpa',
  // Files that register a virtio_driver, with the other files of the same driver.
  'arch/um/drivers/virt-pci.c',
  'drivers/block/virtio_blk.c',
  'drivers/bluetooth/virtio_bt.c',
  'drivers/char/hw_random/virtio-rng.c',
  'drivers/char/virtio_console.c',
  'drivers/crypto/virtio',
  'drivers/firmware/arm_scmi/transports/virtio.c',
  'drivers/firmware/arm_scmi/virtio.c',
  'drivers/gpio/gpio-virtio.c',
  'drivers/gpu/drm/virtio',
  'drivers/i2c/busses/i2c-virtio.c',
  'drivers/iommu/virtio-iommu.c',
  'drivers/misc/nsm.c',
  'drivers/net/caif/caif_virtio.c',
  'drivers/net/virtio_net.c',
  'drivers/net/wireless/mac80211_hwsim.c',
  'drivers/net/wireless/virtual/mac80211_hwsim.c',
  'drivers/nvdimm/nd_virtio.c',
  'drivers/nvdimm/virtio_pmem.c',
  'drivers/nvdimm/virtio_pmem.h',
  'drivers/rpmsg/virtio_rpmsg_bus.c',
  'drivers/scsi/virtio_scsi.c',
  'fs/fuse/virtio_fs.c',
  'net/9p/trans_virtio.c',
  'net/vmw_vsock/virtio_transport.c',
  'net/vmw_vsock/virtio_transport_common.c',
  'sound/virtio',
  // Transports outside drivers/virtio.
  'arch/um/drivers/vhost_user.h',
  'arch/um/drivers/virtio_uml.c',
  'drivers/platform/mellanox/mlxbf-tmfifo.c',
  'drivers/remoteproc/remoteproc_virtio.c',
  'drivers/s390/virtio',
  // What makes memory restricted.
  'arch/arm/xen/enlighten.c',
  'arch/s390/mm/init.c',
  'arch/x86/mm/mem_encrypt.c',
  'arch/x86/mm/mem_encrypt_amd.c',
  'arch/x86/xen/enlighten_hvm.c',
  'arch/x86/xen/enlighten_pv.c',
  'drivers/xen/grant-dma-ops.c',
];

const headerPattern =
  /^include\/(linux\/(virtio[^/]*|vdpa|vringh)\.h|uapi\/linux\/(virtio_[^/]*|vhost[^/]*)\.h|xen\/xen-ops\.h)$/;

export function isInScope(file: string): boolean {
  return headerPattern.test(file) || scopePaths.some((path) => file === path || file.startsWith(`${path}/`));
}

/** What to hand to the command line to have all of the scope analysed: the paths that exist below `root`. */
export function scopeArguments(root: string): string[] {
  const headers = ['include/linux', 'include/uapi/linux', 'include/xen'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  return [...scopePaths.filter((path) => existsSync(join(root, path))), ...headers.filter(isInScope)];
}
