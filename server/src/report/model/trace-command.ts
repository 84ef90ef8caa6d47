import type { Cell } from '../../model/index.js';

/** The command that shows a cell step by step. */
export function traceCommand(cell: Pick<Cell, 'platform' | 'device' | 'policy'>, more = ''): string {
  const command = `vringside model trace --platform ${cell.platform} --device ${cell.device} --policy ${cell.policy}`;
  return more === '' ? command : `${command} ${more}`;
}
