#define _GNU_SOURCE
#include "bench.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#define HUGE ((size_t)2 << 20)
#define TRIES 8

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void report(const char *name, double value)
{
	if (!isfinite(value) || value <= 0)
		fail(name);
	printf("run %s %.6g\n", name, value);
	fflush(stdout);
}

void note(const char *name, const char *text)
{
	printf("note %s %s\n", name, text);
	fflush(stdout);
}

_Noreturn void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, errno ? strerror(errno) : "not a positive figure");
	exit(1);
}

void pin_to(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
}

void *pages(size_t bytes)
{
	char *area = mmap(NULL, bytes + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		fail("mmap");
	void *p = area + (HUGE - (uintptr_t)area % HUGE) % HUGE;
	/* As the kernel's own memory is mapped. Where that is refused, small pages are what there is. */
	(void)madvise(p, bytes, MADV_HUGEPAGE);
	/* Not zero: pages never written may all be one. */
	memset(p, 1, bytes);
	return p;
}

/* How often another program took the processor from this thread. */
static long taken_away(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage))
		fail("getrusage");
	return usage.ru_nivcsw;
}

struct run {
	/* An iteration. */
	double ns;
	long taken_away;
};

static bool is_late(const struct plan *plan)
{
	return now_ns() > plan->patience_ends;
}

/* One that lost no processor if there is one among a few. */
static struct run try_run(const struct plan *plan, struct run (*make_run)(void *), void *data)
{
	struct run run;

	for (int tried = 0; tried < TRIES; tried++) {
		run = make_run(data);
		if (!run.taken_away || is_late(plan))
			break;
	}
	return run;
}

/* Sets iterations so that a run lasts about plan->run_ns. The tries warm caches and predictors, and let the clock speed up. */
static void count_out(const struct plan *plan, struct run (*make_run)(void *), void *data, uint64_t *iterations)
{
	double ns = try_run(plan, make_run, data).ns;

	while (ns * (double)*iterations < plan->run_ns / 4) {
		*iterations *= 4;
		ns = try_run(plan, make_run, data).ns;
	}
	*iterations = (uint64_t)(plan->run_ns / ns) + 1;
}

/*
 * A run that lost its processor says what another program took: it is made again, as long as there is time. With too few
 * good runs there is no figure.
 */
static void report_runs(const struct plan *plan, const char *name, struct run (*make_run)(void *), void *data)
{
	int done = 0;

	for (int tried = 0; done < plan->runs && tried < plan->runs * TRIES && !is_late(plan); tried++) {
		struct run run = make_run(data);

		if (!run.taken_away) {
			report(name, run.ns);
			done++;
		}
	}
	if (done < plan->runs)
		note("disturbed", name);
}

struct alone {
	work_fn *work;
	void *data;
	uint64_t iterations;
};

static struct run run_alone(void *data)
{
	const struct alone *alone = data;
	long before = taken_away();
	uint64_t start = now_ns();

	alone->work(alone->data, alone->iterations);
	return (struct run){ .ns = (double)(now_ns() - start) / (double)alone->iterations,
			     .taken_away = taken_away() - before };
}

void measure(const struct plan *plan, const char *name, work_fn *work, void *data)
{
	struct alone alone = { .work = work, .data = data, .iterations = 16 };

	if (!is_late(plan))
		count_out(plan, run_alone, &alone, &alone.iterations);
	report_runs(plan, name, run_alone, &alone);
}

struct start {
	side_fn *side;
	void *data;
	int index, cpu;
	uint64_t iterations, began, ended;
	long taken_away;
	int *waiting;
};

static void *run_side(void *arg)
{
	struct start *start = arg;

	pin_to(start->cpu);
	__atomic_sub_fetch(start->waiting, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(start->waiting, __ATOMIC_ACQUIRE))
		relax();
	start->taken_away = -taken_away();
	start->began = now_ns();
	start->side(start->data, start->index, start->iterations);
	start->ended = now_ns();
	start->taken_away += taken_away();
	return NULL;
}

struct pair {
	const struct plan *plan;
	void (*prepare)(void *);
	side_fn *side;
	void *data;
	uint64_t iterations;
};

/* From the common start until the last side is done. */
static struct run run_pair(void *data)
{
	const struct pair *pair = data;
	int waiting = 2;
	pthread_t threads[2];
	struct start sides[2];

	if (pair->prepare)
		pair->prepare(pair->data);
	for (int i = 0; i < 2; i++) {
		sides[i] = (struct start){ .side = pair->side, .data = pair->data, .index = i,
					   .iterations = pair->iterations, .waiting = &waiting,
					   .cpu = i ? pair->plan->second : pair->plan->first };
		errno = pthread_create(&threads[i], NULL, run_side, &sides[i]);
		if (errno)
			fail("pthread_create");
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	uint64_t began = sides[0].began < sides[1].began ? sides[0].began : sides[1].began;
	uint64_t ended = sides[0].ended > sides[1].ended ? sides[0].ended : sides[1].ended;
	return (struct run){ .ns = (double)(ended - began) / (double)pair->iterations,
			     .taken_away = sides[0].taken_away + sides[1].taken_away };
}

void measure_together(const struct plan *plan, const char *name, void (*prepare)(void *), side_fn *side, void *data)
{
	struct pair pair = { .plan = plan, .prepare = prepare, .side = side, .data = data, .iterations = 256 };

	if (!is_late(plan))
		count_out(plan, run_pair, &pair, &pair.iterations);
	report_runs(plan, name, run_pair, &pair);
}
