/* What every measurement needs: a clock, a place to report to, and two threads on two processors. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plan {
	/* Of each measurement, a round. */
	int runs;
	/* A run lasts about as long: far beyond what reading the clock costs. */
	double run_ns;
	/* When nothing more is measured: a machine so busy gives no figures. */
	uint64_t patience_ends;
	/* Bytes that no cache holds. */
	size_t cold_bytes;
	/* Processors to measure on; second is -1 where there is one only. */
	int first, second;
};

uint64_t now_ns(void);

/* Prints one run's figure, or ends the program where it is none: "run NAME VALUE". */
void report(const char *name, double value);
void note(const char *name, const char *text);
_Noreturn void fail(const char *what);

void pin_to(int cpu);
/* In huge pages where there are any; kept until the program ends. */
void *pages(size_t bytes);

/* Reports nanoseconds an iteration, of each run. */
typedef void work_fn(void *data, uint64_t iterations);
void measure(const struct plan *plan, const char *name, work_fn *work, void *data);

/* As measure(), of two sides at once, each on its processor: from the common start until the last is done. prepare may be NULL. */
typedef void side_fn(void *data, int side, uint64_t iterations);
void measure_together(const struct plan *plan, const char *name, void (*prepare)(void *), side_fn *side, void *data);

/* The compiler must take what p points to as read and written here. */
#define KEEP(p) __asm__ volatile("" : : "r"(p) : "memory")

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield" ::: "memory");
#else
	__asm__ volatile("" ::: "memory");
#endif
}

/* Two lines: processors fetch them in pairs. 256 covers machines whose lines are 128 (POWER) or 256 bytes (s390). */
#define APART __attribute__((aligned(256)))

void measure_copies(const struct plan *plan);
void measure_slots(const struct plan *plan);
void measure_lock(const struct plan *plan);
void measure_rings(const struct plan *plan);
void measure_wake(const struct plan *plan);

#endif
