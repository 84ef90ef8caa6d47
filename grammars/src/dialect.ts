/**
 * What the tokens of kernel C cannot tell: words that are annotations, macros that take a body, macros the
 * preprocessor never defines for C. Everything that context can tell is told by context (server/src/syntax).
 *
 * Origin: include/linux/compiler*.h, compiler_attributes.h, init.h, linkage.h, cleanup.h and the tools/ copies of
 * the 6.1 and 6.12 trees; names only. A name here need not exist in the tree under review.
 */

/** Macros no compilation of kernel C defines: their `#ifdef` arms are another language. */
export const neverDefined: ReadonlySet<string> = new Set([
  '__cplusplus',
  '__ASSEMBLY__',
  '__ASSEMBLER__',
  'LINKER_SCRIPT',
  '__LINKER_SCRIPT__',
]);

/** Words that annotate a declaration and are no C: never a type, never a name. */
export const annotationWords: ReadonlySet<string> = new Set(
  words(`
    __init __exit __initdata __exitdata __initconst __exitconst __ref __refdata __refconst __meminit
    __meminitdata __memexit __memexitdata __cpuinit __cpuinitdata __cpuexit __devinit __devinitdata
    __devinitconst __devexit __devexitdata __initdata_or_module __init_or_module __initconst_or_module
    __net_init __net_exit __net_initdata __init_memblock __initdata_memblock __ro_after_init __read_mostly
    __cold __hot __always_unused __maybe_unused __used __unused __weak __pure __attribute_const__ __noreturn
    __must_check __malloc __packed __visible __user __kernel __iomem __force __percpu __rcu __nocast __safe
    __bitwise __bitwise__ __private __deprecated __always_inline __noinline __flatten __naked __gnu_inline
    __stackalign __nocfi __noendbr __no_stack_protector __no_kcsan __no_kasan_or_inline
    __no_sanitize_address __no_sanitize_thread __no_sanitize_undefined __no_sanitize_coverage
    __no_sanitize_memory __no_sanitize_or_inline __no_kcsan_or_inline __no_kmsan_checks __no_profile __noscs
    __noipa __no_randomize_layout __randomize_layout __latent_entropy __designated_init __nonstring
    __aligned_largest __fallthrough __cacheline_aligned ____cacheline_aligned __cacheline_aligned_in_smp
    ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp __page_aligned_data
    __page_aligned_bss __sched __kprobes __lockfunc __irq_entry __softirq_entry __noinstr_section __cpuidle
    __bpf_kfunc __efiapi __no_context_analysis __init_task_data __exception_irq_entry __ksym __kptr
    __kptr_untrusted __uptr __arg_ctx __arg_nonnull __arg_nullable __arg_trusted __arena noinline notrace
    asmlinkage noinstr noinline_for_stack nokprobe_inline fastcall __noclone __efistub_global
    __earlyonly_bootdata __bootdata __bootdata_preserved __amode31_data __amode31_ref __tracepoint_string
    __init_refok __initdata_refok __exit_refok __cpuinitconst __nosavedata __hidden
  `),
);

/** Annotations written with arguments; the word alone is no annotation. */
export const annotationCalls: ReadonlySet<string> = new Set(
  words(`
    __attribute__ __attribute __declspec __aligned __aligned__ __section __section__ __printf __scanf
    __alloc_size __realloc_size __assume_aligned __counted_by __counted_by_le __counted_by_be
    __counted_by_ptr __guarded_by __pt_guarded_by __free __cleanup __acquires __releases __must_hold
    __acquires_shared __releases_shared __must_hold_shared __cond_acquires __cond_acquires_shared
    __context_unsafe __acquire_ret __acquire_shared_ret __no_sanitize __nonnull __returns_nonnull
    __diagnose_as __warning __overloadable __pass_object_size __pass_dynamic_object_size __regparm
    __vector_size
  `),
);

/** Keywords of other languages and later standards that the grammar reserves: plain names in the kernel. */
export const foreignKeywords: ReadonlySet<string> = new Set([
  ...['constexpr', 'noreturn', 'nullptr', 'thread_local', 'alignas', 'alignof', 'charptr_t', 'nullptr_t'],
  ...['__try', '__except', '__finally', '__leave', '__based', '__uptr', '__sptr', '__cdecl', '__stdcall'],
]);

/** Spellings of C keywords that the grammar does not know, with the one it knows (never longer). */
export const keywordSpellings: ReadonlyMap<string, string> = new Map([
  ['__signed__', 'signed'],
  ['__signed', 'signed'],
  ['__const__', 'const'],
  ['__const', 'const'],
  ['__volatile__', 'volatile'],
  ['__volatile', 'volatile'],
]);

/** Macros before `(...) statement` whose body runs once; all others are taken for loops. */
export const oncePattern = /guard|scoped|^with_|^if_|^IF_|_if$|_IF$|^unless|^IS_|lock(ed|_irqsave)?$/;

/** Names that say that the body may run any number of times, whatever else they contain. */
export const loopPattern = /for_?each|foreach|_each|^each_|while|until|loop|iterate|walk|^for_|_for_/i;

function words(list: string): readonly string[] {
  return list.trim().split(/\s+/);
}
