/**
 * Calls and macros that store a value into the object given as an argument.
 *
 * Origin: include/asm-generic/rwonce.h, barrier.h, include/linux/rcupdate.h, atomic.h of Linux 4.x to 6.12.
 */
export interface StoreCall {
  /** Position of the object stored into. */
  readonly target: number;
  readonly value: number;
  /** True when the object's address is passed, not the object itself. */
  readonly isByAddress: boolean;
}

export const storeCalls: ReadonlyMap<string, StoreCall> = new Map([
  ['WRITE_ONCE', { target: 0, value: 1, isByAddress: false }],
  ['rcu_assign_pointer', { target: 0, value: 1, isByAddress: false }],
  ['RCU_INIT_POINTER', { target: 0, value: 1, isByAddress: false }],
  ['rcu_replace_pointer', { target: 0, value: 1, isByAddress: false }],
  ['smp_store_release', { target: 0, value: 1, isByAddress: true }],
  ['smp_store_mb', { target: 0, value: 1, isByAddress: false }],
  ['xchg', { target: 0, value: 1, isByAddress: true }],
  ['atomic_set', { target: 0, value: 1, isByAddress: true }],
]);
