/** Classes of C's own words. */

export const TYPE_KEYWORDS: ReadonlySet<string> = new Set([
  ...['void', 'char', 'short', 'int', 'long', 'float', 'double', 'signed', 'unsigned', 'bool', '_Bool'],
  ...[
    '__signed__',
    '__signed',
    '__int128',
    '__int128_t',
    '__uint128_t',
    '_Complex',
    '__auto_type',
    '__builtin_va_list',
  ],
  ...['size_t', 'ssize_t', 'ptrdiff_t', 'intptr_t', 'uintptr_t'],
  ...['int8_t', 'int16_t', 'int32_t', 'int64_t', 'uint8_t', 'uint16_t', 'uint32_t', 'uint64_t'],
]);

export const TAG_KEYWORDS: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);

export const TYPEOF_WORDS: ReadonlySet<string> = new Set([
  ...['typeof', '__typeof__', '__typeof', 'typeof_unqual', '__typeof_unqual__'],
]);

export const STORAGE_WORDS: ReadonlySet<string> = new Set([
  ...[
    'static',
    'extern',
    'auto',
    'register',
    'inline',
    '__inline',
    '__inline__',
    '__forceinline',
    '__thread',
  ],
  ...['_Thread_local', 'typedef'],
]);

export const QUALIFIER_WORDS: ReadonlySet<string> = new Set([
  ...['const', 'volatile', 'restrict', '__restrict__', '__restrict', '__extension__', '_Atomic', '_Noreturn'],
  ...['__const', '__const__', '__volatile', '__volatile__', '_Nonnull'],
]);

/** Words that begin a statement no expression can hold. */
export const CONTROL_WORDS: ReadonlySet<string> = new Set([
  ...['if', 'else', 'for', 'while', 'do', 'switch', 'case', 'default', 'return', 'goto', 'break', 'continue'],
]);

export const ASM_WORDS: ReadonlySet<string> = new Set(['asm', '__asm__', '__asm', 'asm_inline']);

/** Every word the grammar reads as something other than an identifier. */
export const GRAMMAR_KEYWORDS: ReadonlySet<string> = new Set([
  ...TYPE_KEYWORDS,
  ...TAG_KEYWORDS,
  ...STORAGE_WORDS,
  ...QUALIFIER_WORDS,
  ...CONTROL_WORDS,
  ...ASM_WORDS,
  ...['sizeof', 'alignof', '_Alignof', '__alignof__', '__alignof', '_alignof', 'offsetof', '_Generic'],
  ...['alignas', '_Alignas', 'true', 'false', 'NULL', 'TRUE', 'FALSE', '__attribute__', '__attribute'],
  ...[
    '__declspec',
    '__based',
    '__cdecl',
    '__try',
    '__except',
    '__finally',
    '__leave',
    '_unaligned',
    '__unaligned',
  ],
]);

export function isTypeWord(word: string): boolean {
  return TYPE_KEYWORDS.has(word) || TAG_KEYWORDS.has(word) || TYPEOF_WORDS.has(word);
}

/** Whether a declaration, and nothing else, starts with this word. */
export function isDeclarationWord(word: string): boolean {
  return (
    isTypeWord(word) || STORAGE_WORDS.has(word) || (QUALIFIER_WORDS.has(word) && word !== '__extension__')
  );
}

/** `u32`, `__le16`, `dma_addr_t`: names that by custom are types. */
export function isTypeName(word: string): boolean {
  return /^(?:__)?(?:[us]|le|be)\d+$|_t$|^__virtio\d+$/.test(word);
}

/** `FOO_BAR2`: how annotations and macros are spelt, and types hardly ever. */
export function isCapitals(word: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/.test(word) && /[A-Z]{2}/.test(word);
}
