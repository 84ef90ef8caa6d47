/**
 * Folders whose code is not linked with the kernel proper: a definition there answers only calls from there.
 *
 * Origin: Linux 6.1 and 6.12, the folders with an own link step or run in user space.
 */
export const separateImages: readonly RegExp[] = [
  /^tools\/[^/]+\//,
  /^scripts\//,
  /^samples\//,
  /^usr\//,
  /^Documentation\//,
  /^arch\/[^/]+\/(?:boot|purgatory|um)\//,
  /^arch\/[^/]+\/(?:kernel|entry|vdso|kvm\/hyp)\/(?:vdso\w*|nvhe)\//,
  /^drivers\/firmware\/efi\/libstub\//,
];
