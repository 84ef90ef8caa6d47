/** Texts of a tree, a guest and a device: what a policy of the tree is asked in tests. */

import { Guests } from '../../../../server/src/analysis/evaluate/guest.js';
import {
  type Configuration,
  parseConfiguration,
  type TreePolicy,
  type TreePolicyOptions,
  treePolicy,
} from '../../../../server/src/analysis/evaluate/index.js';
import { numberOf } from '../../../../server/src/analysis/evaluate/numbers/value.js';
import { runFunction } from '../../../../server/src/analysis/evaluate/running/calls.js';
import { builtinPolicy } from '../../../../server/src/model/guest/builtin-policies.js';
import { guestFacts, platformOf } from '../../../../server/src/model/guest/platforms.js';
import type { Answer, FeatureSet, Question } from '../../../../server/src/model/policy.js';
import type { DeviceClass, PlatformId } from '../../../../server/src/model/scenario.js';
import { createProgram, type Program } from '../../../../server/src/program/index.js';
import { createKernelParser } from '../../../../server/src/syntax/index.js';
import { loadFixture } from '../../../support/fixture-files.js';

const parser = await createKernelParser();

export function programOf(files: ReadonlyMap<string, string>): Program {
  const code = [...files].filter(([path]) => /\.[ch]$/.test(path)).map(([path]) => path);
  return createProgram({ tree: { root: '', version: null }, files: code, reader: readerOf(files), parser });
}

/** All texts are there to be read, Makefiles too; only C is looked at. */
function readerOf(files: ReadonlyMap<string, string>) {
  const isBelow = (path: string, folder: string): boolean => folder === '' || path.startsWith(`${folder}/`);
  return {
    read: (path: string) => {
      const text = files.get(path);
      return text === undefined ? null : { text };
    },
    exists: (path: string) => files.has(path),
    folders: (path: string) => {
      const below = [...files.keys()].filter((file) => isBelow(file, path));
      const rest = below.map((file) => (path === '' ? file : file.slice(path.length + 1)));
      return [...new Set(rest.flatMap((r) => (r.includes('/') ? [r.slice(0, r.indexOf('/'))] : [])))].sort();
    },
    filesHolding: (words: readonly string[], folders: readonly string[]) =>
      [...files.keys()]
        .filter((file) => /\.[ch]$/.test(file) && folders.some((folder) => isBelow(file, folder)))
        .filter((file) => words.some((word) => files.get(file)?.includes(word)))
        .sort(),
  };
}

const tree = loadFixture('evaluate', 'guest.c').files;

/** The fixture tree with one text changed: `from` has to stand there exactly once. */
export function edited(file: string, from: string, to: string): ReadonlyMap<string, string> {
  const text = tree.get(file);
  if (text === undefined) throw new Error(`no file ${file}`);
  if (text.split(from).length !== 2) throw new Error(`${file}: "${from}" does not stand there once`);
  return new Map(tree).set(
    file,
    text.replace(from, () => to),
  );
}

export const unedited: ReadonlyMap<string, string> = tree;

export function policyOf(
  files: ReadonlyMap<string, string>,
  options: Partial<TreePolicyOptions> = {},
): TreePolicy {
  const fallback = builtinPolicy('v6.12');
  if (fallback === null) throw new Error('no built-in policy');
  return treePolicy(programOf(files), { fallback, ...options });
}

export interface Asked {
  readonly platform?: PlatformId;
  readonly class?: DeviceClass;
  /** Default: VERSION_1 and ACCESS_PLATFORM. */
  readonly features?: readonly string[];
  readonly xen?: boolean;
  /** Predicates of the guest that differ from the platform's. */
  readonly predicates?: Readonly<Record<string, boolean>>;
  readonly driverClears?: boolean;
}

export const withFlag: readonly string[] = ['VIRTIO_F_VERSION_1', 'VIRTIO_F_ACCESS_PLATFORM'];
export const noFlag: readonly string[] = ['VIRTIO_F_VERSION_1'];

export function question(asked: Asked): Question {
  const facts = guestFacts(platformOf(asked.platform ?? 'plain'), {
    isXen: asked.xen ?? false,
    hasSwiotlb: true,
    isForced: false,
  });
  const predicates = new Map([...facts.predicates, ...Object.entries(asked.predicates ?? {})]);
  const features: FeatureSet = new Set(asked.features ?? withFlag);
  return {
    guest: { ...facts, predicates },
    device: { class: asked.class ?? 'blk', transport: 'pci-modern', offered: features },
    features,
    driverClears: asked.driverClears ?? null,
  };
}

/** What is answered in short: the value, or `? reason`. */
export function short(answer: Answer<unknown>): string {
  if (!answer.known) return `? ${answer.why}`;
  const { value } = answer;
  return value instanceof Set
    ? [...value]
        .map((name) => String(name).replace(/^VIRTIO_(?:RING_)?F_/, ''))
        .sort()
        .join(' ')
    : String(value);
}

export function config(text: string): Configuration {
  return parseConfiguration('.config', text);
}

/** The number that `f()` of a file of the virtio core returns, or `?` and why it is not known. */
export function returned(text: string, others: Readonly<Record<string, string>> = {}): string {
  const file = ['drivers/virtio/virtio.c', `#include <linux/virtio.h>\n${text}`] as const;
  const guests = new Guests(programOf(new Map([file, ...Object.entries(others)])), null);
  const q = question({});
  const fn = guests.find(q, ['f']);
  if (fn === null) throw new Error('no f()');
  const { value } = runFunction(guests.run(q), fn, [{ kind: 'pointer', to: 'device' }]);
  const number = numberOf(value);
  if (number !== null) return String(number);
  return value.kind === 'int' || value.kind === 'unknown' ? `? ${value.why}` : value.kind;
}
