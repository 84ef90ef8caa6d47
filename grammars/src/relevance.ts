/**
 * The words that make a file worth outlining: a file that holds none of them, in any mix of case, holds no site.
 *
 * Origin: the prefixes every name of the virtio headers carries (include/linux/virtio*.h, include/uapi/linux/virtio_*.h,
 * include/linux/vringh.h, drivers/vhost/vhost.h, include/linux/vdpa.h), read in Linux 6.1 and 6.12. A driver cannot
 * register with the virtio bus, touch a ring or be a vDPA parent without one of them.
 */
export const relevantWords: readonly string[] = ['virtio', 'virtqueue', 'vring', 'vhost', 'vdpa', 'vduse'];

/** Folders and headers of a tree that decide for every driver: read with any part of it. */
export const coreFolders: readonly string[] = ['drivers/virtio', 'include/linux/virtio.h', 'include/linux/virtio_config.h'];

const relevantHeader = /virtio|virtqueue|vring|vhost|vdpa|vduse|remoteproc|rpmsg/i;

/**
 * Whether names are looked up in a header: a driver's own headers and those of the subject. What the rest of the kernel's
 * headers define is known by name (see the other tables), so that reading a driver does not mean reading a thousand of them.
 */
export function isHeaderFollowed(header: string): boolean {
  return relevantHeader.test(header) || !/^(?:include|arch\/[^/]+\/include)\//.test(header);
}
