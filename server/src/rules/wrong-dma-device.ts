import { isDmaDeviceCall } from '@vringside/grammars/dma-api';
import { localFlow } from '../analysis/values/local-flow.js';
import type { FunctionRef, Program, Scope } from '../program/index.js';
import type { Expr } from '../syntax/ir.js';
import { callsIn, uncast } from '../syntax/walk.js';
import type { Found, Rule } from './rule.js';

export const wrongDmaDevice: Rule = {
  id: 'wrong-dma-device',
  level: 'warning',
  summary: 'the DMA API asked for the virtio device, which does no DMA, instead of its parent',
  page: `# wrong-dma-device

A driver passes \`&vdev->dev\` to the DMA API. The device that does the DMA is its parent: the PCI function, the MMIO
or channel device. The ring is mapped for that one.

## Why it matters

\`vdev->dev\` has no DMA mask, no DMA operations and no IOMMU behind it. Mapping for it fails with a warning (\`dma_map_page_attrs()\`
tests the mask), and asking it for limits answers that there are none, so that a segment is made longer than any bounce buffer:
\`virtio_max_dma_size()\` itself asked the wrong device at first (Fixes: e6d6dd6c875e).

## What to do

Use \`vdev->dev.parent\`, in all calls that belong together: a mapping is unmapped for the device it was made for. For a buffer of
one virtqueue, \`virtqueue_dma_dev(vq)\` (6.6 and later) gives the ring's own device, or NULL where the ring bypasses the DMA API.

## How it is found

The argument is the address of the member \`dev\` of a \`struct virtio_device\`, or a local that is set to that alone. One finding
a file: the other calls are listed with it.
`,
  run: ({ program, files }) => files.flatMap((file) => wrongDeviceIn(program, file)),
};

/** An argument of a call of the DMA API that names the virtio device itself. */
export interface WrongDevice {
  readonly function: FunctionRef;
  readonly callee: string;
  readonly argument: Expr;
}

const dmaNames = /^dmam?_/;

/** In the order of the source. */
export function wrongDevices(program: Program, file: string): WrongDevice[] {
  const test = program.nameTest(dmaNames);
  if (!program.holdsName(file, test)) return [];
  return program
    .factsHolding(file, test)
    .functions.flatMap((fn) =>
      program.ledger.answer('wrong dma devices', fn, () => wrongDevicesOf(program, fn)),
    );
}

function wrongDevicesOf(program: Program, fn: FunctionRef): WrongDevice[] {
  const seen = new Set<number>();
  return callsIn(fn).flatMap((call) => {
    if (call.callee.kind !== 'name' || !isDmaDeviceCall(call.callee.name)) return [];
    const callee = call.callee.name;
    return call.args.flatMap((argument) => {
      if (seen.has(argument.start) || !isVirtioDevice(program, fn, argument)) return [];
      seen.add(argument.start);
      return [{ function: fn, callee, argument }];
    });
  });
}

function isVirtioDevice(program: Program, fn: FunctionRef, argument: Expr): boolean {
  const scope = program.scopeOf(fn);
  const expr = uncast(argument);
  if (isAddressOfDev(program, expr, scope)) return true;
  if (expr.kind !== 'name' || scope.lookup(expr.name, expr.start)?.param !== -1) return false;
  const { assigned, writtenBy } = localFlow(fn);
  const values = assigned.get(expr.name) ?? [];
  return (
    values.length > 0 &&
    !writtenBy.has(expr.name) &&
    values.every((value) => isAddressOfDev(program, uncast(value), scope))
  );
}

/** `&vdev->dev` where `vdev` is a `struct virtio_device`. */
function isAddressOfDev(program: Program, expr: Expr, scope: Scope): boolean {
  if (expr.kind !== 'unary' || expr.op !== '&') return false;
  const member = uncast(expr.operand);
  if (member.kind !== 'member' || member.field !== 'dev') return false;
  return program.typeOf(member.object, scope)?.base === 'struct virtio_device';
}

function wrongDeviceIn(program: Program, file: string): Found[] {
  const [first, ...others] = wrongDevices(program, file);
  if (first === undefined) return [];
  const rangeOf = ({ argument: { start, end } }: WrongDevice): Found['range'] => ({
    start: program.positionOf(file, start),
    end: program.positionOf(file, end),
  });
  const name = program.textOf(file, first.argument);
  return [
    {
      message: `${first.function.name}() calls ${first.callee}() for ${name}, the virtio device, which has no DMA mask and no IOMMU: the ring's memory is mapped for its parent, and bounced by the parent's rules`,
      file,
      function: first.function.name,
      range: rangeOf(first),
      related: others.map((other) => ({
        file,
        range: rangeOf(other),
        message: `the same in ${other.function.name}(): ${other.callee}()`,
      })),
    },
  ];
}
