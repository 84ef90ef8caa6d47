#include "slots.h"

#define SLOT_SHIFT 11
#define SLOT_BYTES (1u << SLOT_SHIFT)
#define PAGE_BYTES 4096u
/* Mappings of the driver in flight, so that what is given back is not what was taken last. */
#define DEPTH 16u

void reset_pool(struct pool *pool)
{
	pool->area = (struct area){ 0 };
	for (unsigned int i = 0; i < SLOTS; i++)
		pool->slots[i] = (struct slot){ .original = UINT64_MAX, .run = (uint16_t)(SEGMENT - i % SEGMENT) };
}

/* Free slots before one see a run that is as long as their distance to it, and what follows. */
static void recount_before(struct slot *slots, unsigned int first, unsigned int run)
{
	for (unsigned int i = first; i % SEGMENT && slots[i - 1].run; i--)
		slots[i - 1].run = (uint16_t)++run;
}

/* As iommu_is_span_boundary() has it, for the boundary of a PCI device, 4 GiB (pci_device_add(), drivers/pci/probe.c of 6.12). */
static bool spans_boundary(unsigned int at, unsigned int count)
{
	const unsigned int most = 1u << (32 - SLOT_SHIFT);

	return (at & (most - 1)) + count > most;
}

/* Next-fit: from where the last search ended. Both masks are of address bits, as in swiotlb_search_pool_area(). */
static int search(const struct pool *pool, uint64_t original, unsigned int count, uint64_t zeros, uint64_t kept)
{
	const unsigned int stride = (unsigned int)((zeros > kept ? zeros : kept) >> SLOT_SHIFT) + 1;
	unsigned int at = pool->area.next;

	if (count > SLOTS - pool->area.used)
		return -1;
	for (unsigned int passed = 0; passed < SLOTS;) {
		uint64_t address = (uint64_t)at << SLOT_SHIFT;
		bool fits = !(address & zeros) && !(original && ((address ^ original) & kept));

		if (fits && !spans_boundary(at, count) && pool->slots[at].run >= count)
			return (int)at;
		at += fits ? stride : 1;
		passed += fits ? stride : 1;
		if (at >= SLOTS)
			at = 0;
	}
	return -1;
}

/* A call, as in the kernel: its callers must not know what it does. */
__attribute__((noinline)) int take_slots(struct pool *pool, uint64_t original, unsigned int bytes, uint64_t kept)
{
	unsigned int count = (bytes + SLOT_BYTES - 1) >> SLOT_SHIFT;
	/* Mappings of a page and more stand at a page, where the device asks for nothing. */
	uint64_t zeros = !kept && bytes >= PAGE_BYTES ? PAGE_BYTES - 1 : SLOT_BYTES - 1;
	int found = search(pool, original, count, zeros, kept & ~zeros);

	if (found < 0)
		return found;
	unsigned int first = (unsigned int)found;
	struct slot *slots = pool->slots;

	for (unsigned int i = 0; i < count; i++) {
		slots[first + i].run = 0;
		slots[first + i].original = original + i * SLOT_BYTES;
		slots[first + i].bytes = bytes - i * SLOT_BYTES;
		slots[first + i].pad = 0;
	}
	recount_before(slots, first, 0);
	pool->area.next = first + count < SLOTS ? first + count : 0;
	pool->area.used += count;
	return found;
}

__attribute__((noinline)) void give_slots(struct pool *pool, unsigned int first, unsigned int count)
{
	struct slot *slots = pool->slots;
	unsigned int end = first + count;
	unsigned int run = end % SEGMENT ? slots[end].run : 0;

	for (unsigned int i = end; i > first; i--)
		slots[i - 1] = (struct slot){ .original = UINT64_MAX, .run = (uint16_t)++run };
	recount_before(slots, first, run);
	pool->area.used -= count;
}

static void map_and_unmap(void *data, uint64_t iterations)
{
	struct pool *pool = data;
	int held[DEPTH];

	for (unsigned int i = 0; i < DEPTH; i++)
		held[i] = take_slots(pool, i, PACKET_BYTES, 0);
	for (uint64_t i = 0; i < iterations; i++) {
		int *oldest = &held[i % DEPTH];

		give_slots(pool, (unsigned int)*oldest, 1);
		*oldest = take_slots(pool, i, PACKET_BYTES, 0);
		if (*oldest < 0)
			fail("the pool ran out of slots");
	}
	for (unsigned int i = 0; i < DEPTH; i++)
		give_slots(pool, (unsigned int)held[i], 1);
}

/* Looks at every second slot of the pool, and finds none with room. */
static void search_in_vain(void *data, uint64_t iterations)
{
	for (uint64_t i = 0; i < iterations; i++) {
		if (take_slots(data, i, 32 * SLOT_BYTES, 0) >= 0)
			fail("a search found what is not there");
		KEEP(data);
	}
}

void measure_slots(const struct plan *plan)
{
	static struct pool *pool;

	if (!pool)
		pool = pages(sizeof(*pool));
	reset_pool(pool);
	measure(plan, "slot-pair", map_and_unmap, pool);
	reset_pool(pool);
	for (unsigned int i = 0; i < SLOTS; i += 16) {
		pool->area.next = i;
		if (take_slots(pool, 0, PACKET_BYTES, 0) != (int)i)
			fail("the pool is not as it should be");
	}
	measure(plan, "probe-16384", search_in_vain, pool);
}
