/** Kinds of places where an address reaches a device; see site-kinds.ts. Order: ring, payload, by-passed steps, other ends. */
import type { SiteKind } from './site-kinds.js';

type BypassKind = Omit<SiteKind, 'category'>;

const kinds: readonly BypassKind[] = [
  // ---- the address itself
  {
    id: 'cpu_phys_to_device',
    title: 'CPU physical address used as DMA address',
    meaning:
      'A CPU physical address (`virt_to_phys`, `sg_phys`, `page_to_phys`, `__pa`, ...) becomes the address the device is given.',
    matters:
      'In a secure guest the page is private. The device faults, reads ciphertext, or reads another page under that address; an IOMMU or a DMA offset is ignored as well.',
    advice:
      'Ask under which condition this is reached: it must be reached only when the ring does not use the DMA API, and a platform that cannot work that way must refuse the device first.',
    concern: 'yes',
  },
  {
    id: 'ring_alloc_plain',
    title: 'ring allocated from plain pages',
    meaning: 'The memory of a virtqueue comes from the page allocator and not from `dma_alloc_coherent`.',
    matters:
      'A coherent allocation is converted to shared memory; plain pages stay private, so the device never sees a valid ring.',
    advice:
      'Check that the guard is the one the ring core uses, and that nothing else decides for the payload.',
    concern: 'yes',
  },
  {
    id: 'ring_free_plain',
    title: 'plain ring pages freed',
    meaning:
      'The memory of a virtqueue goes back to the page allocator: the counterpart of a plain allocation.',
    matters:
      "Harmless alone. Under a condition other than the allocation's it would free coherent memory as pages, or leak it.",
    advice: 'Compare its guard with that of the allocation.',
    concern: 'no',
  },
  {
    id: 'ring_pfn_write',
    title: 'ring page frame number written to the device',
    meaning: 'A legacy transport tells the device where a queue is by the page frame number of its memory.',
    matters:
      'A frame number is a physical address; a legacy device cannot carry ACCESS_PLATFORM, so no DMA translation can apply.',
    advice:
      'A restricted guest must refuse the legacy transport. Check also that the number fits the 32-bit register.',
    concern: 'yes',
  },
  {
    id: 'ring_addr_write',
    title: 'ring address written to the device',
    meaning:
      'The address of a descriptor table or ring is written to a register, a channel command or a message.',
    matters:
      'It is as good as its source: a DMA address works, a physical address is private memory in a secure guest.',
    advice: 'Follow the value to `virtqueue_get_desc_addr()` and its like, and from there to the allocation.',
    concern: 'conditional',
  },
  {
    id: 'ring_addr_export',
    title: 'ring address handed out',
    meaning: 'An accessor returns the address of a ring part, for a transport to give to the device.',
    matters:
      'The value is a DMA address or a physical address, depending on how the ring was allocated; its type does not tell.',
    advice: 'Treat the result as opaque; never convert it back to a kernel pointer.',
    concern: 'conditional',
  },
  {
    id: 'desc_addr_write',
    title: 'address stored in a descriptor',
    meaning:
      'The address of a buffer or of an indirect table is stored in a descriptor the device will read.',
    matters: 'This is where payload meets the device: what is stored here is what it reads or writes.',
    advice:
      'Follow the value: a DMA mapping, a premapped address, or a physical address under the bypass condition.',
    concern: 'conditional',
  },
  // ---- steps left out when the DMA API is not used
  {
    id: 'unmap_elided',
    title: 'unmap left out',
    meaning: 'The unmapping of a buffer is skipped because it was never mapped through the DMA API.',
    matters: 'Right when the mapping was skipped under the same condition; a leak of bounce slots otherwise.',
    advice: 'Compare the guard with that of the mapping.',
    concern: 'no',
  },
  {
    id: 'sync_elided',
    title: 'sync left out',
    meaning: 'A cache or bounce-buffer sync is skipped because the buffer is not mapped through the DMA API.',
    matters: 'With a bounce buffer a missing sync means that the device or the CPU sees old bytes.',
    advice: 'Compare the guard with that of the mapping.',
    concern: 'no',
  },
  {
    id: 'error_check_elided',
    title: 'mapping error check left out',
    meaning: 'The test for a failed mapping answers "no error" because no mapping was made.',
    matters: 'Right only where the address is physical; a failed mapping otherwise becomes an address.',
    advice: 'Compare the guard with that of the mapping.',
    concern: 'no',
  },
  {
    id: 'limit_elided',
    title: 'size limit left out',
    meaning: 'The largest mapping size is reported as unlimited because the DMA API is not used.',
    matters: 'A bounce buffer takes 256 KiB at most; a request above it fails as if the pool were full.',
    advice: 'The limit must follow the same decision as the mapping.',
    concern: 'conditional',
  },
  {
    id: 'dma_dev_export',
    title: 'DMA device handed out only with the DMA API',
    meaning: 'The device to map for is returned when the ring uses the DMA API, and NULL when it does not.',
    matters: 'A caller that does not expect NULL maps for the wrong device or not at all.',
    advice: 'Check that each caller handles NULL.',
    concern: 'conditional',
  },
  // ---- premapped buffers
  {
    id: 'premapped_addr',
    title: 'address supplied by the caller used as it is',
    meaning: "A premapped buffer's address is taken from the scatterlist or the caller without mapping.",
    matters:
      'Correct only if the driver mapped it for the right device and the ring uses the DMA API; a physical address in its place bypasses.',
    advice: "Find the driver's mapping, its device and its error check.",
    concern: 'conditional',
  },
  {
    id: 'premapped_map',
    title: 'buffer mapped by the driver itself',
    meaning: "A driver maps its buffer through the virtqueue's mapping helper before it queues it.",
    matters: 'The helper answers a physical address where the ring does not use the DMA API.',
    advice:
      'Check that the result is tested for an error, synced before the CPU reads, and unmapped exactly once.',
    concern: 'conditional',
  },
  {
    id: 'premapped_unmap',
    title: 'buffer unmapped by the driver itself',
    meaning: 'A driver undoes its own mapping of a premapped buffer.',
    matters: 'Missing or doubled, it leaks or corrupts bounce slots.',
    advice: 'Match it with the mapping: device, size, direction.',
    concern: 'conditional',
  },
  {
    id: 'premapped_sync',
    title: 'premapped buffer synced by the driver',
    meaning: 'A driver syncs a buffer it mapped itself, for the device or for the CPU.',
    matters: 'Without it a bounced buffer holds old bytes.',
    advice: 'Check direction and range against what is read or written.',
    concern: 'conditional',
  },
  {
    id: 'premapped_set',
    title: 'queue put in premapped mode',
    meaning: 'A queue is told that its driver maps the buffers.',
    matters: 'From here on the ring adds addresses as they come.',
    advice:
      'It must happen before the first buffer, and every buffer of the queue must then be mapped by the driver.',
    concern: 'conditional',
  },
  // ---- addresses inside messages
  {
    id: 'payload_pfn',
    title: 'page frame number inside a message',
    meaning: 'Page frame numbers are the content of a message to the device, as in the balloon.',
    matters:
      'The ring may be bounced and still carry physical addresses: the DMA decision does not protect them.',
    advice: 'The protocol itself must be refused in a restricted guest or defined for it.',
    concern: 'yes',
  },
  {
    id: 'payload_gpa',
    title: 'guest-physical address inside a message',
    meaning: 'A message or configuration field carries a guest-physical address.',
    matters: 'The device takes it for memory it may use; in a secure guest that memory is private.',
    advice: 'Ask what the device does with the address, and whether the pages were shared first.',
    concern: 'yes',
  },
  {
    id: 'payload_gpa_send',
    title: 'message with guest-physical addresses queued',
    meaning: 'A message that carries guest-physical addresses is put on a queue.',
    matters: 'The buffer is mapped, its content is not translated.',
    advice: 'See where the addresses inside were computed.',
    concern: 'yes',
  },
  {
    id: 'payload_page_report',
    title: 'free pages reported to the device',
    meaning: 'Free pages are given to the device by address, to be discarded or read by the host.',
    matters: "The host drops private pages behind the guest's back; on return they may fault or differ.",
    advice: 'A secure guest must not offer its private pages this way.',
    concern: 'yes',
  },
  {
    id: 'payload_dma_addr',
    title: 'DMA address inside a message',
    meaning:
      'A message carries addresses that came from a DMA mapping, or physical ones where there is none.',
    matters: "The choice between the two must be the ring's own, else ring and payload disagree.",
    advice: "Compare the predicate with the ring core's: testing the feature bit alone forgets Xen.",
    concern: 'conditional',
  },
  {
    id: 'device_supplied_addr',
    title: 'address supplied by the device',
    meaning:
      'An address or region comes from the device (shared memory, pmem, virtio-mem, file-system DAX) and is mapped or used.',
    matters:
      "The host chooses it: unchecked, it can point at anything, and the memory behind it is the host's.",
    advice: 'Check range, overlap and overflow before use, and that it is mapped as shared memory.',
    concern: 'conditional',
  },
  // ---- memory obtained elsewhere
  {
    id: 'caller_ring',
    title: 'ring memory supplied by the caller',
    meaning: 'A virtqueue is built over memory that somebody else allocated.',
    matters: 'Whether the device may see it was decided there.',
    advice: 'Look at the allocation and at what tells the device the address.',
    concern: 'conditional',
  },
  {
    id: 'dma_api_refed',
    title: 'coherent memory queued again as a buffer',
    meaning:
      'Memory from `dma_alloc_coherent` is put in a scatterlist and queued, so it is mapped a second time.',
    matters: 'It may not be linear memory, and shared memory is bounced into shared memory.',
    advice: 'Queue such memory as premapped, or allocate it plainly.',
    concern: 'conditional',
  },
  {
    id: 'sg_from_vmalloc',
    title: 'scatterlist built over vmalloc memory',
    meaning: 'A scatterlist is filled page by page from memory that is not linear.',
    matters: 'Each page must be looked up; `sg_init_one()` on it would compute an address of something else.',
    advice: 'Check that `vmalloc_to_page()` is used and that lengths stop at page ends.',
    concern: 'no',
  },
  {
    id: 'channel_addr',
    title: 'address in a channel program',
    meaning: 'An s390 channel command word or its data area is addressed for the channel subsystem.',
    matters: 'In a protected guest the area must be shared memory; the DMA pools of the channel layer are.',
    advice: 'Check that the area comes from `ccw_device_dma_zalloc()` or the like.',
    concern: 'conditional',
  },
  {
    id: 'dma_pool_declared',
    title: 'DMA memory declared for a device',
    meaning: 'A region is declared as the coherent or restricted pool of a device.',
    matters: 'All DMA of that device comes from there, including rings and bounce buffers.',
    advice: 'Check that the region is memory the other side may see.',
    concern: 'conditional',
  },
  // ---- the device's and the host's end
  {
    id: 'device_side_ring_addr',
    title: 'ring address on the device side',
    meaning: 'Code that plays the device receives or translates the address of a ring.',
    matters: 'It looks like a bypass and is the other end of one: it interprets what a driver wrote.',
    advice: 'Check the bounds of what the driver supplied.',
    concern: 'no',
  },
  {
    id: 'device_side_desc_addr',
    title: 'descriptor address read on the device side',
    meaning: "Code that plays the device takes a buffer's address out of a descriptor.",
    matters: "The address is the driver's; what it means depends on the features that were accepted.",
    advice: 'Check the translation and its bounds.',
    concern: 'no',
  },
  {
    id: 'device_side_vringh_addr',
    title: 'ring accessor on the device side',
    meaning: 'Code that plays the device hands ring addresses to the host-ring helpers (vringh).',
    matters: 'Which helper is used decides how addresses are taken: kernel, user, or translated.',
    advice: 'Check that the helper fits the accepted features.',
    concern: 'no',
  },
  {
    id: 'device_side_pa_map',
    title: 'physical address mapped on the device side',
    meaning: 'Code that plays the device maps memory by the address the driver or the host gave.',
    matters: 'No guest memory leaves the guest here.',
    advice: 'Check bounds and access rights.',
    concern: 'no',
  },
  {
    id: 'device_side_access',
    title: 'memory accessed on the device side',
    meaning: "Code that plays the device reads or writes the driver's memory.",
    matters: "It is what the driver's descriptors allow it to do.",
    advice: 'Check lengths against the descriptor.',
    concern: 'no',
  },
  {
    id: 'host_side_ring_addr',
    title: 'ring address on the host side',
    meaning: 'vhost or a vDPA parent receives, keeps or programs the address of a ring.',
    matters: 'Without ACCESS_PLATFORM it is a guest-physical address, with it an I/O virtual address.',
    advice: 'Check that the meaning follows the accepted features.',
    concern: 'no',
  },
  {
    id: 'host_side_desc_addr',
    title: 'descriptor address read on the host side',
    meaning: "The host takes a buffer's address out of a guest's descriptor.",
    matters: 'The guest chose it; it must be translated and bounded.',
    advice: 'Check for a double fetch and for overflow of address plus length.',
    concern: 'no',
  },
  {
    id: 'host_side_pa_map',
    title: 'physical address mapped on the host side',
    meaning: 'The host maps its own pages for a device or an IOMMU by physical address.',
    matters: "The memory is the host's; a guest's privacy is not at stake here.",
    advice: 'Check pinning and unmapping.',
    concern: 'no',
  },
  {
    id: 'host_side_translate',
    title: 'guest address translated on the host side',
    meaning: "The host translates a guest's address through its memory table or a device IOTLB.",
    matters:
      "Which of the two is used depends on ACCESS_PLATFORM, with the reverse meaning of the guest's side.",
    advice: 'Check that both tables are bounded and that a miss is an error.',
    concern: 'no',
  },
  {
    id: 'host_side_access',
    title: 'guest memory accessed on the host side',
    meaning: 'The host reads or writes guest memory by a translated address.',
    matters: 'Guest-controlled lengths and offsets meet host code.',
    advice: 'Check bounds, and that a value is fetched once.',
    concern: 'no',
  },
];

export const bypassKinds: readonly SiteKind[] = kinds.map((kind) => ({ ...kind, category: 'bypass' }));
