/**
 * The program folder's face: a tree, the files of it that matter, and questions about them taken together.
 *
 *     const tree = treeOrFolder(path);
 *     const { files } = await selectFiles({ root: tree.root, paths: [path], jobs: 2 });
 *     const program = createProgram({ tree, files, parser: await createKernelParser() });
 *     const [fn] = program.functionsNamed('vring_use_dma_api', 'drivers/virtio/virtio_ring.c');
 *     program.callers(fn);
 *
 * Nothing is parsed before a question needs it, and then only the chunks that can bear on the answer.
 */
export { type Cache, type CacheOptions, cacheKey, openCache, userCacheFolder } from './cache.js';
export type { CallSite } from './calls.js';
export type { NotAnalysed } from './list-files.js';
export { createProgram, Program, type ProgramOptions } from './program.js';
export { diskReader, memoryReader, type SourceReader, type SourceText } from './reader.js';
export type { Local, Scope } from './scope.js';
export { isCFile, relativePath, type Selection, type SelectOptions, selectFiles } from './select.js';
export { openStatIndex, type StatIndex } from './stat-index.js';
export type { Destination, FieldAssignment, FunctionUse, VariableAssignment } from './stores.js';
export { functionNames } from './stores.js';
export { findTree, type KernelTree, treeAt, treeOrFolder } from './tree.js';
export type {
  EnumeratorRef,
  FileFacts,
  FunctionRef,
  GlobalRef,
  InvocationRef,
  Located,
  MacroRef,
  PrototypeRef,
  RecordRef,
  SyntaxParser,
  TypedefRef,
} from './unit.js';
export type { Place } from './workspace.js';
