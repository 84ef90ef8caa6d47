/* The split virtqueue, virtio 1.2, section 2.7. */
#include "ring.h"

#include <string.h>

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};

struct used_element {
	uint32_t id, length;
};

/* Each part on lines of its own, the available ring right behind the descriptors (2.7, "virtq" in C). */
static struct {
	struct descriptor table[ENTRIES];
	uint16_t avail_flags, avail_index, avail[ENTRIES], used_event;
	APART uint16_t used_flags;
	uint16_t used_index;
	struct used_element used[ENTRIES];
} ring __attribute__((aligned(4096)));

static struct {
	uint16_t avail, last_used, free_head, free_count;
	/* What the driver keeps of each buffer, by the head of its chain. */
	void *buffers[ENTRIES];
} driver APART;

static struct {
	uint16_t last_avail;
} device APART;

static void reset(void)
{
	memset(&ring, 0, sizeof(ring));
	memset(&driver, 0, sizeof(driver));
	memset(&device, 0, sizeof(device));
	driver.free_count = ENTRIES;
	for (unsigned int i = 0; i < ENTRIES; i++)
		ring.table[i].next = (uint16_t)(i + 1);
}

static bool add(void *buffer)
{
	uint16_t head = driver.free_head;

	if (!driver.free_count)
		return false;
	struct descriptor *descriptor = &ring.table[head];

	descriptor->address = (uintptr_t)buffer;
	descriptor->length = BUFFER_BYTES;
	descriptor->flags = 0;
	driver.free_head = descriptor->next;
	driver.free_count--;
	driver.buffers[head] = buffer;
	ring.avail[driver.avail++ % ENTRIES] = head;
	__atomic_store_n(&ring.avail_index, driver.avail, __ATOMIC_RELEASE);
	return true;
}

static bool take(void)
{
	if (__atomic_load_n(&ring.used_index, __ATOMIC_ACQUIRE) == driver.last_used)
		return false;
	struct used_element used = ring.used[driver.last_used++ % ENTRIES];
	uint16_t head = (uint16_t)(used.id % ENTRIES);

	KEEP(driver.buffers[head]);
	driver.buffers[head] = NULL;
	ring.table[head].next = driver.free_head;
	driver.free_head = head;
	driver.free_count++;
	return true;
}

static bool use(void)
{
	if (__atomic_load_n(&ring.avail_index, __ATOMIC_ACQUIRE) == device.last_avail)
		return false;
	uint16_t at = (uint16_t)(device.last_avail++ % ENTRIES);
	uint16_t head = ring.avail[at];
	struct descriptor descriptor = ring.table[head];

	KEEP((void *)(uintptr_t)descriptor.address);
	ring.used[at] = (struct used_element){ .id = head, .length = descriptor.length };
	__atomic_store_n(&ring.used_index, device.last_avail, __ATOMIC_RELEASE);
	return true;
}

const struct ring_kind split_ring = { .name = "split", .reset = reset, .add = add, .take = take, .use = use };
