/* A virtqueue between two threads, as far as polling sides need one: buffers of one descriptor, completed in order. */
#ifndef RING_H
#define RING_H

#include "bench.h"

#define ENTRIES 256u
/* Any address and length will do: nobody looks at the bytes. */
#define BUFFER_BYTES 1500u

struct ring_kind {
	const char *name;
	void (*reset)(void);
	/* The driver's side. False: there is no room, there is nothing. */
	bool (*add)(void *buffer);
	bool (*take)(void);
	/* The device's side: completes one buffer. */
	bool (*use)(void);
};

extern const struct ring_kind split_ring, packed_ring;

#endif
