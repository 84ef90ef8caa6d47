/** Small questions about expressions that every analysis asks. */
import type { Node } from '../../syntax/walk.js';

/** `f` for a call `f(...)`, else ''. */
export function calleeName(node: Node): string {
  return node.kind === 'call' && node.callee.kind === 'name' ? node.callee.name : '';
}
