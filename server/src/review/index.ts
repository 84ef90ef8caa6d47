/**
 * The review folder's face: patches, the tree as it is after them, and what they change.
 *
 *     const patches = readPatches(readFileSync('series.mbox'), 'series.mbox');
 *     const { overlay } = applyPatches(patches, diskFiles(root));
 *
 * The tree is only read: what a patch makes of a file stays in memory.
 */
export {
  type Applied,
  applyPatches,
  type MovedHunk,
  type PostImage,
  type ReadFile,
} from './apply/apply.js';
export { diskFiles } from './apply/disk.js';
export { LineMap } from './apply/line-map.js';
export { PatchPlaces } from './apply/places.js';
export {
  broughtFindings,
  type Difference,
  differenceOf,
  type FindingChange,
  type RequestChange,
  type SiteChange,
} from './difference/difference.js';
export { differenceToJson } from './difference/json.js';
export { type AppliedPatches, type DifferenceTextOptions, differenceToText } from './difference/text.js';
export { type FileChange, type Hunk, type HunkLine, type Patch, PatchError } from './patch.js';
export { readPatches } from './read/read-patches.js';
