/**
 * What becomes of data on its way between a driver and a device: the words every report uses.
 *
 * Origin: the platform documents of Linux 6.12 (Documentation/arch/powerpc/ultravisor.rst, x86/amd-memory-encryption.rst,
 * x86/tdx.rst, core-api/dma-api.rst, core-api/swiotlb.rst) and the virtio specification 1.2, section 6.
 */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly matters: string;
}

export const outcomes: readonly Outcome[] = [
  {
    id: 'direct',
    title: 'the device reads the buffer itself',
    meaning: 'The address leads to the very memory the driver filled, and the device may read it.',
    matters: 'The normal case of a guest whose memory is not protected.',
  },
  {
    id: 'bounced',
    title: 'the data is copied through a shared bounce buffer',
    meaning:
      'The DMA API copies the data into the swiotlb pool, which the host may read, and gives the device that address.',
    matters:
      'It works, at the price of a copy each way, of pool space, and of 256 KiB as the largest single mapping.',
  },
  {
    id: 'refused',
    title: 'the device is refused',
    meaning: "The probe fails with an error because the device could not reach the guest's memory.",
    matters: 'Nothing leaks and nothing works: the host must offer ACCESS_PLATFORM.',
  },
  {
    id: 'ciphertext',
    title: 'the device reads ciphertext',
    meaning: "The device reaches the right page and sees it encrypted with the guest's key.",
    matters: 'The ring makes no sense to the device, or payload is garbage in both directions.',
  },
  {
    id: 'stale',
    title: 'the device sees another page under that address',
    meaning:
      'The private page and the shared page of one guest address are different memory; the device sees the shared one.',
    matters: 'It reads old or zero bytes, and what it writes never reaches the driver.',
  },
  {
    id: 'fault',
    title: 'the access faults',
    meaning: "The platform stops the device's access to a private page.",
    matters: 'I/O hangs or the virtual machine is stopped; the driver has no error to handle.',
  },
  {
    id: 'misread',
    title: 'the address is taken for something else',
    meaning:
      'The device takes a DMA address for a physical one or the reverse, or it carries an encryption bit or offset.',
    matters: 'The device reads or writes memory nobody meant.',
  },
  {
    id: 'exhausted',
    title: 'the bounce-buffer pool is full',
    meaning: 'No free run of slots is large enough, or one mapping is larger than a pool segment.',
    matters: 'The mapping fails; the driver must retry or fail the request.',
  },
  {
    id: 'undecided',
    title: 'not known',
    meaning: 'The condition rests on something that could not be resolved.',
    matters: 'The report names the first thing that was not known; read the source there.',
  },
];

export function outcome(id: string): Outcome | null {
  return outcomes.find((entry) => entry.id === id) ?? null;
}
