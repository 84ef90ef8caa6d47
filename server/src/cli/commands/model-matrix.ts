import { runMatrix } from '../../model/index.js';
import { matrixToJson } from '../../report/model/json.js';
import { matrixToHtml } from '../../report/model/matrix-html.js';
import { matrixToText } from '../../report/model/matrix-text.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus, UsageError } from '../failure.js';
import { deliver, targetOf } from '../output.js';
import type { Io, Services } from '../services.js';
import { styleFor } from '../terminal.js';
import { classNamed, deviceNamed, platformNamed } from './model-names.js';
import { Policies, TREE_POLICY } from './model-policies.js';

/** What 2019 had, what was proposed then, and what there is today; of a tree, what it decides. */
const defaultPolicies = ['v5.4', 'rampai-2019'];
const today = 'v6.12';

export async function runMatrixCommand(settings: Settings, io: Io, services: Services): Promise<ExitStatus> {
  const [extra] = settings.operands;
  if (extra !== undefined) throw new UsageError(`'model matrix' takes no '${extra}'`, 'model matrix');
  const platforms = settings.platforms.map((name) => platformNamed(name).id);
  const devices = settings.devices.map((name) => deviceNamed(name).id);
  const deviceClass = classNamed(settings.deviceClass);
  const policies = await new Policies(settings, io, services).all(policyNames(settings));
  const matrix = runMatrix({
    policies,
    deviceClass,
    ...(platforms.length === 0 ? {} : { platforms }),
    ...(devices.length === 0 ? {} : { devices }),
  });
  const traceOptions = optionsAgain(settings);
  switch (settings.format) {
    case 'json':
      deliver(matrixToJson(matrix), settings, io);
      break;
    case 'html':
      deliver(matrixToHtml(matrix, traceOptions), settings, io);
      break;
    case 'text': {
      const style = styleFor(settings.color, targetOf(settings, io), io.env);
      deliver(matrixToText(matrix, { style, isQuiet: settings.isQuiet, traceOptions }), settings, io);
    }
  }
  return exitStatus.ok;
}

function policyNames({ policies, tree }: Settings): readonly string[] {
  if (policies.length > 0) return policies;
  return [...defaultPolicies, tree === null ? today : TREE_POLICY];
}

/** The options of this run that a trace of one of its cells needs too. */
function optionsAgain({ deviceClass, tree }: Settings): string {
  return [
    ...(deviceClass === null ? [] : [`--class ${deviceClass}`]),
    ...(tree === null ? [] : [`--tree ${quoted(tree)}`]),
  ].join(' ');
}

/** As a shell takes it. */
function quoted(word: string): string {
  return /^[\w./+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
