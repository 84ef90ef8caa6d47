/* What copying costs: in the nearest caches, and from and to memory that is in none. */
#include "bench.h"

#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define PAGE 4096u
#define KIB 1024u

typedef void copy_fn(void *to, const void *from, size_t bytes);

static void library_copy(void *to, const void *from, size_t bytes)
{
	memcpy(to, from, bytes);
	KEEP(to);
}

#if defined(__x86_64__)
static void string_copy(void *to, const void *from, size_t bytes)
{
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

/* CPUID leaf 7: ERMS is bit 9 of EBX, FSRM bit 4 of EDX (Intel SDM volume 2A, CPUID). */
static bool has_fast_strings(void)
{
	unsigned int a = 0, b = 0, c = 0, d = 0;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && ((b >> 9 & 1) || (d >> 4 & 1));
}
#endif

/* Linux copies with rep movsb where the processor says that it is fast: arch/x86/lib/memcpy_64.S, 6.1 (ERMS), 6.12 (FSRM). */
static copy_fn *copy_of_the_kernel(void)
{
#if defined(__x86_64__)
	if (has_fast_strings())
		return string_copy;
#endif
	return library_copy;
}

struct hot {
	copy_fn *copy;
	char *to, *from;
	size_t bytes;
};

static void copy_hot(void *data, uint64_t iterations)
{
	const struct hot *hot = data;

	for (uint64_t i = 0; i < iterations; i++)
		hot->copy(hot->to, hot->from, hot->bytes);
}

struct cold {
	copy_fn *copy;
	/* One half is copied from, the other to. */
	char *area;
	size_t half, bytes;
	uint64_t random;
};

/* Places at random: what a copy touches was touched last as long ago as the area is large. */
static void copy_cold(void *data, uint64_t iterations)
{
	struct cold *cold = data;
	size_t places = cold->half / PAGE - (cold->bytes - 1) / PAGE;
	uint64_t x = cold->random;

	for (uint64_t i = 0; i < iterations; i++) {
		/* xorshift64 (Marsaglia, 2003) */
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		size_t from = (size_t)((x & 0xffffffffu) * places >> 32) * PAGE;
		size_t to = (size_t)((x >> 32) * places >> 32) * PAGE;

		cold->copy(cold->area + cold->half + to, cold->area + from, cold->bytes);
	}
	cold->random = x;
}

static void measure_hot(const struct plan *plan, copy_fn *copy, char *area)
{
	/* Source and target together fill half of an L1 cache of 32 KiB, and half of an L2 cache of 256 KiB. */
	struct hot near = { .copy = copy, .to = area, .from = area + 8 * KIB, .bytes = 8 * KIB };
	struct hot far = { .copy = copy, .to = area, .from = area + 64 * KIB, .bytes = 64 * KIB };

	measure(plan, "copy-hot-8k", copy_hot, &near);
	measure(plan, "copy-hot-64k", copy_hot, &far);
}

static void measure_cold(const struct plan *plan, copy_fn *copy, char *area)
{
	struct cold cold = { .area = area, .half = plan->cold_bytes / 2, .random = 0x9e3779b97f4a7c15u };

	cold.copy = copy;
	cold.bytes = 64 * KIB;
	measure(plan, "copy-cold-64k", copy_cold, &cold);
	cold.bytes = 256 * KIB;
	measure(plan, "copy-cold-256k", copy_cold, &cold);
	cold.bytes = 64;
#if defined(__x86_64__)
	if (copy == string_copy)
		measure(plan, "copy-cold-64-string", copy_cold, &cold);
#endif
	cold.copy = library_copy;
	measure(plan, "copy-cold-64-library", copy_cold, &cold);
}

void measure_copies(const struct plan *plan)
{
	copy_fn *copy = copy_of_the_kernel();
	static char *area;

	if (!area)
		area = pages(plan->cold_bytes);
	measure_hot(plan, copy, area);
	measure_cold(plan, copy, area);
}
