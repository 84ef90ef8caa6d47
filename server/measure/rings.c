/* Buffers through a virtqueue between a driver and a device that both poll. */
#include "ring.h"

#include <stdio.h>

struct traffic {
	const struct ring_kind *kind;
	uint64_t outstanding;
};

static void drive(const struct ring_kind *kind, uint64_t outstanding, uint64_t buffers)
{
	static char buffer[BUFFER_BYTES];
	uint64_t added = 0, taken = 0;

	while (taken < buffers) {
		bool moved = false;

		if (added < buffers && added - taken < outstanding && kind->add(buffer)) {
			added++;
			moved = true;
		}
		if (kind->take()) {
			taken++;
			moved = true;
		}
		/* No pause instruction: some virtual machines leave the guest for it. */
		if (!moved)
			__asm__ volatile("" ::: "memory");
	}
}

static void serve(const struct ring_kind *kind, uint64_t buffers)
{
	for (uint64_t used = 0; used < buffers;)
		used += kind->use();
}

static void side(void *data, int index, uint64_t buffers)
{
	const struct traffic *traffic = data;

	if (index == 0)
		drive(traffic->kind, traffic->outstanding, buffers);
	else
		serve(traffic->kind, buffers);
}

static void prepare(void *data)
{
	((const struct traffic *)data)->kind->reset();
}

void measure_rings(const struct plan *plan)
{
	static const struct ring_kind *const kinds[] = { &split_ring, &packed_ring };
	static const unsigned int depths[] = { 1, 64, ENTRIES };
	char name[32];

	for (unsigned int k = 0; k < 2; k++) {
		for (unsigned int d = 0; d < 3; d++) {
			struct traffic traffic = { .kind = kinds[k], .outstanding = depths[d] };

			snprintf(name, sizeof(name), "ring-%s-%u", kinds[k]->name, depths[d]);
			measure_together(plan, name, prepare, side, &traffic);
		}
	}
}
