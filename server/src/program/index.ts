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
export { type Cache, type CacheOptions, cacheKey, openCache, userCacheFolder } from './files/cache.js';
export type { NotAnalysed } from './files/list-files.js';
export { noOverlay, type Overlay, overlayReader, presentBelow } from './files/overlay.js';
export { diskReader, memoryReader, type SourceReader, type SourceText } from './files/reader.js';
export {
  isCFile,
  isEditorsCopy,
  relativePath,
  type Selection,
  type SelectOptions,
  selectFiles,
} from './files/select.js';
export { openStatIndex, type StatIndex } from './files/stat-index.js';
export { findTree, type KernelTree, overlaidTree, treeAt, treeOrFolder } from './files/tree.js';
export { type Bag, Ledger } from './ledger/ledger.js';
export { isSameData } from './ledger/same-data.js';
export type { CallSite } from './meaning/calls.js';
export type { Local, Scope } from './meaning/scope.js';
export type { Destination, FieldAssignment, FunctionUse, VariableAssignment } from './meaning/stores.js';
export { functionNames } from './meaning/stores.js';
export {
  createLiveProgram,
  createProgram,
  type OutlineEntry,
  Program,
  type ProgramOptions,
} from './program.js';
export type {
  EnumeratorRef,
  FileFacts,
  FunctionRef,
  GlobalRef,
  IncludeLine,
  InvocationRef,
  Located,
  MacroRef,
  PrototypeRef,
  RecordRef,
  SyntaxParser,
  TypedefRef,
} from './unit.js';
export { type Place, Texts } from './workspace.js';
