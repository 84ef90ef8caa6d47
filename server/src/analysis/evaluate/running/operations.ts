/** What a transport does when the core calls through `vdev->config`, and a driver when it is called through `drv`. */
import { deviceOperations } from '@vringside/grammars/leaf-bindings';
import { type DeviceFacts, VERSION_1 } from '../../../model/policy.js';
import type { CallExpr } from '../../../syntax/ir.js';
import { int, unknownValue, type Value } from '../numbers/value.js';
import { callFunction } from './calls.js';
import { evaluate } from './expressions.js';
import { transportPlace } from './leaves.js';
import type { Run } from './run.js';
import { entry } from './tables.js';

/** Begins the names of a transport's slots; what follows is the slot. */
export const slotPrefix = 'ops.';
/** The driver's own functions, whose work comes after every decision. */
export const driverPrefix = 'driver.';

/** Stands for a driver's validate that the scenario answers for. */
export const scenarioValidate = `${driverPrefix}validate`;
export const driverProbe = `${driverPrefix}probe`;

/** Holds the features as the transport first settled them. */
export const settledFeatures = 'probe.settled';
/** Holds the features the driver's probe found. */
export const finalFeatures = 'probe.final';

const featuresPlace = 'device.features';

/** Null for a function that is none of a transport's or driver's. */
export function operation(run: Run, name: string, expr: CallExpr): Value | null {
  if (name === scenarioValidate) {
    run.write(featuresPlace, run.world.validate(featuresOf(run)), 'features');
    return int(0, 32);
  }
  if (name === driverProbe) run.write(finalFeatures, featuresOf(run), 'features');
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
      return settleFeatures(run);
    case 'reset':
      run.write('device.status', int(0, 32), 'device status');
      return int(0, 32);
    default:
      return unknownValue(`${slot}()`);
  }
}

/** What the transport's slots and its record of the device hold when a run begins. */
export function transportMemory({ offered }: DeviceFacts): Map<string, Value> {
  const isVersion1 = offered.has(VERSION_1);
  const memory = new Map<string, Value>([
    ['device.config', { kind: 'pointer', to: 'ops' }],
    // Virtio 1.2, 4.3.2.1: revision 1 is asked for first; a device that cannot do it is of revision 0.
    [`${transportPlace}.revision`, int(isVersion1 ? 1 : 0, 32)],
    // Virtio 1.2, 4.2.2: Version is 2, and 1 of a legacy device.
    [`${transportPlace}.version`, int(isVersion1 ? 2 : 1)],
  ]);
  for (const [slot, does] of Object.entries(deviceOperations)) {
    const name = slotPrefix + slot;
    memory.set(name, does === 'absent' ? int(0) : { kind: 'function', name, file: '' });
  }
  return memory;
}

function featuresOf(run: Run): Value {
  return run.read(featuresPlace) ?? unknownValue('features');
}

/** What the transport does to the features before it hands them to the device; what it answers. */
function settleFeatures(run: Run): Value {
  const { finalize } = run.world;
  const answer =
    finalize === null ? int(0, 32) : callFunction(run, finalize, [{ kind: 'pointer', to: 'device' }]).value;
  if (!run.state.memory.has(settledFeatures)) run.write(settledFeatures, featuresOf(run), 'features');
  return answer;
}
