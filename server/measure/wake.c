/* What it takes from a notification to a sleeping thread's running: two threads that wake each other, by turns. */
#include "bench.h"

#include <sys/eventfd.h>
#include <unistd.h>

struct bells {
	int of[2];
};

static void ring_bell(int bell)
{
	uint64_t one = 1;

	if (write(bell, &one, sizeof(one)) != sizeof(one))
		fail("write");
}

static void sleep_until_rung(int bell)
{
	uint64_t count;

	if (read(bell, &count, sizeof(count)) != sizeof(count))
		fail("read");
}

static void take_turns(void *data, int side, uint64_t turns)
{
	const struct bells *bells = data;

	for (uint64_t i = 0; i < turns; i++) {
		if (side == 0)
			ring_bell(bells->of[1]);
		sleep_until_rung(bells->of[side]);
		if (side == 1)
			ring_bell(bells->of[0]);
	}
}

void measure_wake(const struct plan *plan)
{
	struct bells bells = { .of = { eventfd(0, 0), eventfd(0, 0) } };

	if (bells.of[0] < 0 || bells.of[1] < 0)
		fail("eventfd");
	measure_together(plan, "wake-round-trip", NULL, take_turns, &bells);
	close(bells.of[0]);
	close(bells.of[1]);
}
