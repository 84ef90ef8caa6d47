/*
 * A pool of bounce slots in one area, found next-fit by the length of the free run from each slot on, as swiotlb does:
 * mechanics of kernel/dma/swiotlb.c of 6.12, written for this program.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include "bench.h"

/* 64 MiB, the kernel's default (IO_TLB_DEFAULT_SIZE, include/linux/swiotlb.h). */
#define SLOTS 32768u
/* IO_TLB_SEGSIZE: no run goes beyond an aligned segment of as many. */
#define SEGMENT 128u

struct slot {
	uint64_t original;
	uint64_t bytes;
	/* Free slots from this one to the end of its run; 0: in use. */
	uint16_t run;
	uint16_t pad;
};

/* One line, as in the kernel: the lock is beside what it protects. */
struct area {
	uint64_t used;
	uint32_t next;
	/* A ticket lock: who waits longest is next, as with the kernel's queued lock. */
	uint16_t serving, ticket;
};

struct pool {
	struct area area APART;
	struct slot slots[SLOTS] APART;
};

void reset_pool(struct pool *pool);

/* A receive buffer of virtio-net. */
#define PACKET_BYTES 1536u

/* The first slot of a mapping, or -1. kept: address bits of the original that the slots must have too. */
int take_slots(struct pool *pool, uint64_t original, unsigned int bytes, uint64_t kept);
void give_slots(struct pool *pool, unsigned int first, unsigned int count);

#endif
