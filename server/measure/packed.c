/* The packed virtqueue, virtio 1.2, section 2.8. */
#include "ring.h"

#include <string.h>

#define AVAIL (1u << 7)
#define USED (1u << 15)

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t id, flags;
};

static struct descriptor ring[ENTRIES] __attribute__((aligned(4096)));

/* Where one side is in the ring, and the wrap counter of that lap (2.8.1). */
struct place {
	uint16_t at;
	bool wraps;
};

static struct {
	struct place avail, used;
	uint16_t free_head, free_count;
	struct {
		void *buffer;
		uint16_t next;
	} states[ENTRIES];
} driver APART;

static struct {
	struct place next;
} device APART;

static void reset(void)
{
	memset(ring, 0, sizeof(ring));
	memset(&driver, 0, sizeof(driver));
	driver.avail.wraps = driver.used.wraps = true;
	driver.free_count = ENTRIES;
	for (unsigned int i = 0; i < ENTRIES; i++)
		driver.states[i].next = (uint16_t)(i + 1);
	device.next = (struct place){ .wraps = true };
}

static void advance(struct place *place)
{
	if (++place->at < ENTRIES)
		return;
	place->at = 0;
	place->wraps = !place->wraps;
}

static bool add(void *buffer)
{
	uint16_t id = driver.free_head;
	struct descriptor *descriptor = &ring[driver.avail.at];

	if (!driver.free_count)
		return false;
	descriptor->address = (uintptr_t)buffer;
	descriptor->length = BUFFER_BYTES;
	descriptor->id = id;
	driver.free_head = driver.states[id].next;
	driver.free_count--;
	driver.states[id].buffer = buffer;
	/* Available: the one bit is the wrap counter, the other its inverse. */
	__atomic_store_n(&descriptor->flags, (uint16_t)(driver.avail.wraps ? AVAIL : USED), __ATOMIC_RELEASE);
	advance(&driver.avail);
	return true;
}

static bool take(void)
{
	struct descriptor *descriptor = &ring[driver.used.at];
	unsigned int flags = __atomic_load_n(&descriptor->flags, __ATOMIC_ACQUIRE);

	if (!!(flags & AVAIL) != !!(flags & USED) || !!(flags & USED) != driver.used.wraps)
		return false;
	uint16_t id = descriptor->id % ENTRIES;

	KEEP(driver.states[id].buffer);
	driver.states[id].buffer = NULL;
	driver.states[id].next = driver.free_head;
	driver.free_head = id;
	driver.free_count++;
	advance(&driver.used);
	return true;
}

static bool use(void)
{
	struct descriptor *descriptor = &ring[device.next.at];
	unsigned int flags = __atomic_load_n(&descriptor->flags, __ATOMIC_ACQUIRE);

	if (!!(flags & AVAIL) == !!(flags & USED) || !!(flags & AVAIL) != device.next.wraps)
		return false;
	KEEP((void *)(uintptr_t)descriptor->address);
	/* In place: the id stays, the length is what was written. */
	descriptor->length--;
	__atomic_store_n(&descriptor->flags, (uint16_t)(device.next.wraps ? AVAIL | USED : 0), __ATOMIC_RELEASE);
	advance(&device.next);
	return true;
}

const struct ring_kind packed_ring = { .name = "packed", .reset = reset, .add = add, .take = take, .use = use };
