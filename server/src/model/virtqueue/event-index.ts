/** The arithmetic of event indexes: whether the other side asked to be told of what was just exposed. */
import { EVENT_DESC, EVENT_DISABLE, EVENT_WRAP_BIT } from './layout.js';

export const U16 = 0xffff;

/**
 * Whether `event` is among the indexes from `old` up to, not including, `now`; all of them free-running and 16 bits wide
 * (virtio 1.2, 2.7.7 and 2.7.10; vring_need_event() of include/uapi/linux/virtio_ring.h).
 */
export function needEvent(event: number, now: number, old: number): boolean {
  return ((now - event - 1) & U16) < ((now - old) & U16);
}

/** Offset in the ring and wrap counter as one word (virtio 1.2, 2.8.14). */
export function offWrap(offset: number, wrap: boolean): number {
  return wrap ? offset | EVENT_WRAP_BIT : offset;
}

/**
 * What a packed event suppression structure asks, for a side that now stands at `offset` and `wrap` of a ring of `size`
 * and came `moved` descriptors to get there (virtio 1.2, 2.8.10; virtqueue_kick_prepare_packed() of v6.12). An event of
 * the other wrap counter lies one round back.
 */
export function needPackedEvent(
  flags: number,
  eventOffWrap: number,
  at: { readonly offset: number; readonly wrap: boolean; readonly size: number; readonly moved: number },
): boolean {
  if (flags !== EVENT_DESC) return flags !== EVENT_DISABLE;
  const eventWrap = (eventOffWrap & EVENT_WRAP_BIT) !== 0;
  const offset = eventOffWrap & ~EVENT_WRAP_BIT;
  const event = eventWrap === at.wrap ? offset : offset - at.size;
  return needEvent(event, at.offset, at.offset - at.moved);
}
