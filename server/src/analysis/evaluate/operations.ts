/** What a transport does when the core calls through `vdev->config`, and a driver when it is called through `drv`. */
import { deviceOperations } from '@vringside/grammars/leaf-bindings';
import type { CallExpr } from '../../syntax/ir.js';
import { callFunction } from './calls.js';
import { evaluate } from './expressions.js';
import type { Run } from './run.js';
import { entry } from './tables.js';
import { int, unknownValue, type Value } from './value.js';

/** Begins the names of a transport's slots; what follows is the slot. */
export const slotPrefix = 'ops.';
/** The driver's own functions, whose work comes after every decision. */
export const driverPrefix = 'driver.';

/** Stands for a driver's validate where the question says what it leaves of the features. */
export const scenarioValidate = `${driverPrefix}validate`;

/** Null for a function that is none of a transport's or driver's. */
export function operation(run: Run, name: string, expr: CallExpr): Value | null {
  if (name === scenarioValidate) {
    run.write('device.features', run.read('scenario.features') ?? unknownValue('features'), 'features');
    return int(0, 32);
  }
  if (name.startsWith(driverPrefix)) return int(0, 32);
  if (!name.startsWith(slotPrefix)) return null;
  const slot = name.slice(slotPrefix.length);
  switch (entry(deviceOperations, slot)) {
    case 'read-status':
      return run.read('device.status') ?? unknownValue('device status');
    case 'write-status': {
      const status = expr.args[1];
      if (status !== undefined) run.write('device.status', evaluate(run, status), 'device status');
      return int(0, 32);
    }
    case 'read-features':
      return run.read('device.offered') ?? unknownValue('features offered');
    case 'accept':
      // Every transport gives the ring core its turn first: vp_, vm_ and virtio_ccw_finalize_features() of 6.12.
      if (run.world.finalize !== null)
        callFunction(run, run.world.finalize, [{ kind: 'pointer', to: 'device' }]);
      return int(0, 32);
    case 'reset':
      run.write('device.status', int(0, 32), 'device status');
      return int(0, 32);
    default:
      return unknownValue(`${slot}()`);
  }
}

/** What the transport's slots hold when a run begins. */
export function transportMemory(): Map<string, Value> {
  const memory = new Map<string, Value>([['device.config', { kind: 'pointer', to: 'ops' }]]);
  for (const [slot, does] of Object.entries(deviceOperations)) {
    const name = slotPrefix + slot;
    memory.set(name, does === 'absent' ? int(0) : { kind: 'function', name, file: '' });
  }
  return memory;
}
