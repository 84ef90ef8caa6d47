/** Fixes that put one name in place of another. */
import { renamed } from '@vringside/grammars/renamed';
import type { Finding } from '../rules/index.js';
import { type WrongDevice, wrongDevices } from '../rules/wrong-dma-device.js';
import { uncast } from '../syntax/walk.js';
import { type Change, type FixContext, type Remedy, remedy, spanOf } from './fix.js';

/** The name this tree knows. */
export function currentName({ program }: FixContext, { file, range }: Finding): Remedy | null {
  const at = spanOf(program, file, range);
  const written = program.textOf(file, at);
  const known = renamed.find(({ old }) => old === written);
  if (known === undefined) return null;
  const title = `Replace ${known.old} by ${known.current}`;
  return remedy(program, file, { family: 'retired-name', title, isPreferred: true }, [
    { ...at, newText: known.current },
  ]);
}

/** The parent, in every call of the file: a mapping is unmapped for the device it was made for. */
export function parentDevice({ program }: FixContext, { file }: Finding): Remedy | null {
  const changes = wrongDevices(program, file).map((wrong) => parentOf(program, wrong));
  const calls = changes.length === 1 ? '' : ` in ${changes.length} calls`;
  const title = `Use the DMA API for the parent, the ring's device${calls}`;
  return remedy(program, file, { family: 'wrong-dma-device', title, isPreferred: true }, changes);
}

/** `vdev->dev.parent` for `&vdev->dev`, `dev->parent` for a local that holds that. */
function parentOf(program: FixContext['program'], { function: fn, argument }: WrongDevice): Change {
  const { start, end } = argument;
  const expr = uncast(argument);
  const newText =
    expr.kind === 'unary'
      ? `${program.textOf(fn.file, uncast(expr.operand))}.parent`
      : `${program.textOf(fn.file, expr)}->parent`;
  return { start, end, newText };
}
