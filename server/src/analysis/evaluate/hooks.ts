/** Predicates that the tree's own code answers: the platform's hook, the architecture's function, a promise made at boot. */
import { platformPromises } from '@vringside/grammars/leaf-bindings';
import { type Answer, known, type Question, unknown } from '../../model/policy.js';
import type { Guests } from './guest.js';
import { globalPlace } from './memory/globals.js';
import { type FunctionValue, type Truth, truthOf, unknownValue, type Value } from './numbers/value.js';
import { runFunction } from './running/calls.js';
import type { Run } from './running/run.js';

const device: Value = { kind: 'pointer', to: 'device' };

/** Files from which the core asks. */
const asker = 'drivers/virtio/virtio.c';

export function askHook(guests: Guests, q: Question, name: string, argument: string): Answer<boolean> {
  const run = guests.run(q);
  const truth = run.inFile(asker, () => ask(run, name, argument));
  const where = `${name}(${argument})`;
  return typeof truth === 'boolean' ? known(truth, where) : unknown(truth.why, where);
}

function ask(run: Run, name: string, argument: string): Truth {
  if (name === platformPromises.has) return truthOf(run.world.promise(argument, run));
  const place = globalPlace(run, name);
  const target = place === null ? null : run.read(place);
  const pointed = target?.kind === 'function' ? target : (unresolvedOf(target) ?? null);
  if (target !== null && pointed === null) return truthOf(target);
  const fn = run.names.installedFunction(pointed?.name ?? name, pointed?.file ?? asker);
  if (fn === null) return unknownValue(`${pointed?.name ?? name}()`);
  return 'name' in fn ? truthOf(runFunction(run, fn, [device]).value) : fn;
}

/** The function that a name without a definition may be. */
function unresolvedOf(value: Value | null): FunctionValue | undefined {
  return value?.kind === 'unknown' ? value.unresolved : undefined;
}
