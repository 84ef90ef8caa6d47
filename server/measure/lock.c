/* What it costs to take a lock that another processor had last: two threads that map and unmap in one area. */
#include "slots.h"

#define DEPTH 8u

static void lock(struct area *area)
{
	uint16_t mine = __atomic_fetch_add(&area->ticket, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&area->serving, __ATOMIC_ACQUIRE) != mine)
		relax();
}

static void unlock(struct area *area)
{
	__atomic_store_n(&area->serving, (uint16_t)(area->serving + 1), __ATOMIC_RELEASE);
}

static int locked_take(struct pool *pool, uint64_t original)
{
	lock(&pool->area);
	int slot = take_slots(pool, original, PACKET_BYTES, 0);

	unlock(&pool->area);
	if (slot < 0)
		fail("the pool ran out of slots");
	return slot;
}

static void locked_give(struct pool *pool, int slot)
{
	lock(&pool->area);
	give_slots(pool, (unsigned int)slot, 1);
	unlock(&pool->area);
}

/* Each side maps and unmaps as often as the other. */
static void map_and_unmap(void *data, int side, uint64_t iterations)
{
	struct pool *pool = data;
	int held[DEPTH];

	for (unsigned int i = 0; i < DEPTH; i++)
		held[i] = locked_take(pool, (uint64_t)side);
	for (uint64_t i = 0; i < iterations; i++) {
		int *oldest = &held[i % DEPTH];

		locked_give(pool, *oldest);
		*oldest = locked_take(pool, i);
	}
	for (unsigned int i = 0; i < DEPTH; i++)
		locked_give(pool, held[i]);
}

static void map_and_unmap_alone(void *data, uint64_t iterations)
{
	map_and_unmap(data, 0, iterations);
}

static void reset(void *data)
{
	reset_pool(data);
}

void measure_lock(const struct plan *plan)
{
	static struct pool *pool;

	if (!pool)
		pool = pages(sizeof(*pool));
	reset_pool(pool);
	measure(plan, "lock-alone", map_and_unmap_alone, pool);
	/* Per pair of one side; meanwhile the other side did a pair too. */
	measure_together(plan, "lock-shared", reset, map_and_unmap, pool);
}
