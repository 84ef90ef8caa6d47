/**
 * Macros whose type the parser of their definition cannot tell, or need not: they yield a pointer to the type given
 * as an argument, or a value of the type of an argument.
 *
 * Origin: include/linux/container_of.h, list.h, rcupdate.h, compiler.h, slab.h, overflow.h and minmax.h of Linux 4.x
 * to 6.12; their meaning has not changed since.
 */

/** Name -> position of the argument that is a type; the result is a pointer to it. */
export const pointerToArgument: ReadonlyMap<string, number> = new Map([
  ['container_of', 1],
  ['container_of_const', 1],
  ['container_of_safe', 1],
  ['list_entry', 1],
  ['list_first_entry', 1],
  ['list_last_entry', 1],
  ['list_first_entry_or_null', 1],
  ['hlist_entry', 1],
  ['hlist_entry_safe', 1],
  ['rb_entry', 1],
  ['rb_entry_safe', 1],
  ['llist_entry', 1],
]);

/** Name -> position of the argument whose type is the result's. */
export const typeOfArgument: ReadonlyMap<string, number> = new Map([
  ['READ_ONCE', 0],
  ['ACCESS_ONCE', 0],
  ['rcu_dereference', 0],
  ['rcu_dereference_protected', 0],
  ['rcu_dereference_check', 0],
  ['rcu_dereference_raw', 0],
  ['rcu_access_pointer', 0],
  ['srcu_dereference', 0],
  ['likely', 0],
  ['unlikely', 0],
  ['min', 0],
  ['max', 0],
  ['clamp', 0],
  ['array_index_nospec', 0],
  ['this_cpu_read', 0],
  ['xchg', 1],
  ['no_free_ptr', 0],
]);

/** Name -> position of the argument that is the result's type. */
export const argumentAsType: ReadonlyMap<string, number> = new Map([
  ['min_t', 0],
  ['max_t', 0],
  ['clamp_t', 0],
  ['va_arg', 1],
]);
