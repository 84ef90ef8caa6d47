/** The guests in which `check` and `sites` run sites, from the options. */
import { builtinPolicy, namedPolicies } from '../model/index.js';
import type { Settings } from './arguments.js';
import { deviceNamed, platformNamed } from './commands/model-names.js';
import { didYouMean, UsageError } from './failure.js';
import { configurationOf } from './kernel-config.js';
import type { Io, OutcomeRequest, Services } from './services.js';

/** @throws {UsageError} for a name that stands for nothing, or more than one policy */
export async function outcomeRequest(
  settings: Settings,
  io: Io,
  services: Services,
): Promise<OutcomeRequest> {
  const [policy = 'tree', ...more] = settings.policies;
  if (more.length > 0) throw new UsageError('sites are run under one policy; model matrix compares several');
  if (policy !== 'tree' && builtinPolicy(policy) === null) {
    const names = ['tree', ...namedPolicies];
    throw new UsageError(
      `there is no policy '${policy}'${didYouMean(policy, names)}; there are ${names.join(', ')}, and any release from v3.0`,
    );
  }
  return {
    platforms: settings.platforms.map((name) => platformNamed(name).id),
    devices: settings.devices.map((name) => deviceNamed(name).id),
    policy,
    ...(await configurationOf(settings, io, services)),
  };
}
