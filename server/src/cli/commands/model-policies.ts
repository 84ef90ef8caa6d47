/** Policies by name: those the model has built in, and `tree`, which is made of the tree under review. */
import { resolve } from 'node:path';
import { builtinPolicy, namedPolicies, type Policy } from '../../model/index.js';
import type { Settings } from '../arguments.js';
import { didYouMean, UsageError } from '../failure.js';
import { folderAt } from '../inputs.js';
import { configurationOf } from '../kernel-config.js';
import type { Io, Services } from '../services.js';

export const TREE_POLICY = 'tree';

/** Asks for policies; the tree is read once, and only when its policy is wanted. */
export class Policies {
  private readonly settings: Settings;
  private readonly io: Io;
  private readonly services: Services;
  private tree: Promise<Policy> | null = null;

  constructor(settings: Settings, io: Io, services: Services) {
    this.settings = settings;
    this.io = io;
    this.services = services;
  }

  /** @throws {UsageError} for a name that is no policy, and for `tree` without a tree */
  async named(name: string): Promise<Policy> {
    if (name === TREE_POLICY) {
      this.tree ??= this.treePolicyFor();
      return this.tree;
    }
    const policy = builtinPolicy(name);
    if (policy !== null) return policy;
    const names = [...namedPolicies, TREE_POLICY];
    throw new UsageError(
      `there is no policy '${name}'${didYouMean(name, names)}; there are ${names.join(', ')}, and any release from v3.0`,
    );
  }

  async all(names: readonly string[]): Promise<readonly Policy[]> {
    const policies: Policy[] = [];
    for (const name of names) policies.push(await this.named(name));
    return policies;
  }

  private async treePolicyFor(): Promise<Policy> {
    const { tree } = this.settings;
    if (tree === null) throw new UsageError('no tree was given: policy tree needs --tree');
    return this.services.treePolicy({
      root: folderAt(resolve(this.io.cwd, tree), tree),
      ...(await configurationOf(this.settings, this.io, this.services)),
    });
  }
}
