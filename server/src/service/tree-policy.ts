/** The decisions of a whole tree as a policy: what `--policy tree` of the model's commands runs. */
import { coreFolders, isHeaderFollowed } from '@vringside/grammars/relevance';
import type { Configuration } from '../analysis/index.js';
import type { Policy } from '../model/index.js';
import { createProgram, diskReader, relativePath, selectFiles, treeAt } from '../program/index.js';
import { createKernelParser } from '../syntax/index.js';
import { policyOfTree } from './outcomes.js';

export interface TreePolicyRequest {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  /** The kernel's `.config`; default: what distributions set. */
  readonly configuration?: Configuration;
}

/** Reads the virtio core of the tree; architecture code is read when a decision asks for it. */
export async function treePolicyOf({ root, configuration }: TreePolicyRequest): Promise<Policy> {
  const tree = treeAt(root);
  const paths = coreFolders.filter((folder) => relativePath(root, folder) !== null);
  const core = await selectFiles({ root, paths });
  const program = createProgram({
    tree,
    files: core.files,
    reader: diskReader(root),
    parser: await createKernelParser(),
    isHeaderFollowed,
  });
  return policyOfTree(program, configuration);
}
