import { builtinPolicy, namedPolicies, type Policy } from '../../model/index.js';
import { listToJson } from '../../report/model/json.js';
import { listToText } from '../../report/model/list-text.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus, UsageError } from '../failure.js';
import { deliver, targetOf } from '../output.js';
import type { Io } from '../services.js';
import { styleFor } from '../terminal.js';

export function runList(settings: Settings, io: Io): ExitStatus {
  const [extra] = settings.operands;
  if (extra !== undefined) throw new UsageError(`'model list' takes no '${extra}'`, 'model list');
  const policies = listedPolicies();
  const style = styleFor(settings.color, targetOf(settings, io), io.env);
  deliver(settings.format === 'json' ? listToJson(policies) : listToText(policies, style), settings, io);
  return exitStatus.ok;
}

/** One release of each era, and the proposals. */
export function listedPolicies(): readonly Policy[] {
  return namedPolicies.flatMap((name) => builtinPolicy(name) ?? []);
}
