/**
 * How kernel C spells types that carry no `struct`, `union` or `enum`: what tells a cast from a parenthesised value
 * where the grammar can't, as in `(u32)(x)` against `(fn)(x)`.
 */

/** Names of this form are types: `dma_addr_t`, `u8`, `__le32`, `__virtio16`, `uint`. From include/uapi/linux/types.h and include/linux/types.h. */
export const typeNameForm =
  /^(?:[A-Za-z_]\w*_t|(?:__)?(?:u|s|le|be|virtio|sum|wsum)(?:8|16|32|64|128)|(?:U|S|UINT|INT)(?:8|16|32|64)|u(?:int|char|long|short)|__(?:wsum|poll_t|u128|s128)|__kernel_\w+)$/;

/** Types of other forms that casts are made to: C's own and those of imported code (zstd, ACPICA, Xen). */
export const typeNames: ReadonlySet<string> = new Set([
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  'bool',
  '_Bool',
  '__int128',
  'BYTE',
  'WORD',
  'DWORD',
  'UCHAR',
  'ULONG',
  'caddr_t',
  'acpi_handle',
  'acpi_size',
  'acpi_io_address',
  'sector_t',
]);

/** A macro's parameter of one of these names stands for a type. */
export const typeParameterForm = /^_*(?:t|T|ty|type|typ|Type|TYPE|(?:\w+_)?type|(?:\w+_)?TYPE)_*\d?$/;

/** Words of a type that say nothing of what it is made of. */
export const typeQualifiers: ReadonlySet<string> = new Set([
  'const',
  'volatile',
  'restrict',
  '__restrict',
  '__restrict__',
  '__volatile__',
  '__const',
  '__extension__',
  '_Atomic',
  'static',
  'extern',
  'register',
  'inline',
  '__inline',
  '__inline__',
  'auto',
  'noinline',
  'typedef',
  'constexpr',
]);
