/*
 * Direct requests of one kind and size to a block device, for the kernel oracle's guest.
 *
 *     iogen DEVICE read|write|flush|discard|zeroes BYTES COUNT JOBS 4k-pages|huge2M
 *
 * Each job is a process with one buffer: single pages as they come, or one page of 2 MiB, whose memory is contiguous.
 * Jobs touch disjoint parts of the device, as far as it is large enough. Prints "errors=N first_errno=E".
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the 64 MiB image, so that the last request never reaches its end. */
#define SPAN_BYTES (48L << 20)
#define PAGE_BYTES 4096UL
#define HUGE_BYTES (2UL << 20)
#define FILL 0x5a

struct load {
	const char *device;
	const char *operation;
	size_t bytes;
	long count;
	int is_huge;
};

/* Shared by all jobs. */
struct errors {
	int count;
	int first;
};

static void note(struct errors *errors, int number)
{
	if (__sync_fetch_and_add(&errors->count, 1) == 0)
		errors->first = number;
}

static void *buffer_of(const struct load *load)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | (load->is_huge ? MAP_HUGETLB : 0);
	size_t pages = (load->bytes + PAGE_BYTES - 1) / PAGE_BYTES;
	size_t whole = load->is_huge ? HUGE_BYTES : (pages ? pages : 1) * PAGE_BYTES;

	return mmap(NULL, whole, PROT_READ | PROT_WRITE, flags, -1, 0);
}

/* What was asked in full: 0, or an errno. */
static int request(const struct load *load, int device, void *buffer, off_t at)
{
	uint64_t range[2] = { (uint64_t)at, load->bytes };
	ssize_t done;

	if (strcmp(load->operation, "flush") == 0)
		return fsync(device) == 0 ? 0 : errno;
	if (strcmp(load->operation, "discard") == 0)
		return ioctl(device, BLKDISCARD, range) == 0 ? 0 : errno;
	if (strcmp(load->operation, "zeroes") == 0)
		return ioctl(device, BLKZEROOUT, range) == 0 ? 0 : errno;
	done = strcmp(load->operation, "write") == 0 ? pwrite(device, buffer, load->bytes, at)
						     : pread(device, buffer, load->bytes, at);
	if (done < 0)
		return errno;
	return done == (ssize_t)load->bytes ? 0 : EIO;
}

static int run_job(const struct load *load, int job, struct errors *errors)
{
	void *buffer = buffer_of(load);
	int device = open(load->device, O_RDWR | O_DIRECT);

	if (buffer == MAP_FAILED || device < 0) {
		note(errors, errno);
		return 1;
	}
	memset(buffer, FILL + job, load->bytes);
	for (long i = 0; i < load->count; i++) {
		off_t at = ((off_t)job * load->count + i) * (off_t)load->bytes % SPAN_BYTES;
		int error = request(load, device, buffer, load->bytes ? at - at % (off_t)load->bytes : 0);

		if (error)
			note(errors, error);
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct errors *errors = mmap(NULL, sizeof(*errors), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct load load;
	int jobs;

	if (argc != 7 || errors == MAP_FAILED)
		return 2;
	load.device = argv[1];
	load.operation = argv[2];
	load.bytes = strtoul(argv[3], NULL, 10);
	load.count = atol(argv[4]);
	jobs = atoi(argv[5]);
	load.is_huge = strcmp(argv[6], "huge2M") == 0;
	for (int job = 0; job < jobs; job++) {
		pid_t child = fork();

		if (child == 0)
			_exit(run_job(&load, job, errors));
		if (child < 0)
			note(errors, errno);
	}
	while (wait(NULL) > 0)
		;
	printf("errors=%d first_errno=%d\n", errors->count, errors->first);
	return errors->count != 0;
}
