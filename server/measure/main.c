/*
 * Measures what a machine's costs are, for `vringside model calibrate`. One line a run: "run NAME NANOSECONDS".
 * MEBIBYTES is what is more than any cache holds; with --quick runs are few and short.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

/* Of the list that the kernel keeps of a processor's hardware threads: is other among them? */
static bool share_a_core(int cpu, int other)
{
	char path[96], list[256];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
	FILE *file = fopen(path, "r");

	if (!file)
		return false;
	bool shared = false;

	if (fgets(list, sizeof(list), file)) {
		for (char *at = strtok(list, ",\n"); at; at = strtok(NULL, ",\n")) {
			int low, high;
			int read = sscanf(at, "%d-%d", &low, &high);

			shared |= (read == 1 && other == low) || (read == 2 && other >= low && other <= high);
		}
	}
	fclose(file);
	return shared;
}

/* Two processors of different cores if there are, else two threads of one core. */
static void choose_processors(struct plan *plan)
{
	cpu_set_t allowed;
	int sibling = -1;

	plan->first = plan->second = -1;
	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		fail("sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE && plan->second < 0; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		if (plan->first < 0)
			plan->first = cpu;
		else if (!share_a_core(plan->first, cpu))
			plan->second = cpu;
		else if (sibling < 0)
			sibling = cpu;
	}
	if (plan->second >= 0)
		note("cores", "different");
	else if (sibling >= 0)
		note("cores", "one");
	else
		note("cores", "single-processor");
	if (plan->second < 0)
		plan->second = sibling;
}

int main(int argc, char **argv)
{
	/* The caller knows how much memory there is to spare. */
	size_t cold = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	bool quick = argc > 2 && !strcmp(argv[2], "--quick");
	struct plan plan = { .runs = 3, .run_ns = quick ? 1e6 : 4e6, .cold_bytes = cold * MIB };

	if (cold < 4 || cold > 65536) {
		fputs("usage: measure MEBIBYTES [--quick]\n", stderr);
		return 2;
	}
	plan.patience_ends = now_ns() + (quick ? 2 : 20) * (uint64_t)1000000000;
	choose_processors(&plan);
	pin_to(plan.first);
	/* In rounds: what changes meanwhile (the clock, the cores that a host gives its guest) shows in every figure. */
	for (int round = 0; round < (quick ? 1 : 5); round++) {
		measure_copies(&plan);
		measure_slots(&plan);
		if (plan.second < 0)
			continue;
		measure_lock(&plan);
		measure_rings(&plan);
		measure_wake(&plan);
	}
	puts("done");
	return 0;
}
