/** Where and why a text did not parse, in words. */

import { IS_ERROR, IS_MISSING } from '../tree/flat-tree.js';
import type { BuildContext } from './context.js';

export interface Problem {
  /** Offset in the file. */
  readonly at: number;
  readonly reason: string;
}

/** The first ERROR or MISSING node of [from, to); null when there is none. */
export function firstProblem(c: BuildContext, from: number, to: number): Problem | null {
  if (!c.hasProblem) return null;
  if (c.tree.failure !== null) return { at: c.start(0), reason: c.tree.failure };
  for (let node = Math.max(from, c.tree.firstProblem); node < to; node++) {
    if (((c.tree.flags[node] as number) & (IS_ERROR | IS_MISSING)) !== 0) return problemAt(c, node);
  }
  return null;
}

/** What an ERROR or MISSING node says. */
export function problemAt(c: BuildContext, node: number): Problem {
  const before = leafBefore(c, node);
  const after = before === '' ? '' : ` after \`${before}\``;
  if (((c.tree.flags[node] as number) & IS_MISSING) !== 0) {
    return { at: c.start(node), reason: `missing ${described(c, node)}${after}` };
  }
  const token = firstWord(c.source.slice(c.start(node), c.end(node)));
  return {
    at: c.start(node),
    reason: token === '' ? `unreadable text${after}` : `unexpected \`${token}\`${after}`,
  };
}

function described(c: BuildContext, node: number): string {
  const word = c.typeOf(node);
  return c.isNamed(node) ? word.replaceAll('_', ' ') : `\`${word}\``;
}

/** The token before a node, as written. */
function leafBefore(c: BuildContext, node: number): string {
  const start = c.tree.start[node] as number;
  for (let at = node - 1; at > 0; at--) {
    const isLeaf = c.after(at) === at + 1;
    if (isLeaf && (c.tree.end[at] as number) <= start && c.start(at) < c.end(at))
      return firstWord(c.text(at));
  }
  return '';
}

const LONGEST_SHOWN = 40;

function firstWord(text: string): string {
  const token = /^\s*("(?:[^"\\\n]|\\.)*"?|\w+|[^\w\s])/.exec(text)?.[1] ?? '';
  return token.length > LONGEST_SHOWN ? `${token.slice(0, LONGEST_SHOWN)}…` : token;
}
