import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { platformOf, runScenario, type Scenario, scenarioOf, Trace } from '../../model/index.js';
import { parseScenario } from '../../model/parse.js';
import { reasonOf } from '../../program/files/list-files.js';
import { traceToJson } from '../../report/model/json.js';
import type { TracedRun } from '../../report/model/phases.js';
import { traceToHtml } from '../../report/model/trace-html.js';
import { traceToText } from '../../report/model/trace-text.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus, InputError, UsageError } from '../failure.js';
import { deliver, targetOf } from '../output.js';
import type { Io, Services } from '../services.js';
import { styleFor } from '../terminal.js';
import { nameOfInput } from './model-lines.js';
import { classNamed, deviceNamed, platformNamed } from './model-names.js';
import { Policies } from './model-policies.js';

const COMMAND = 'model trace';

export async function runTrace(settings: Settings, io: Io, services: Services): Promise<ExitStatus> {
  const scenario = await scenarioFor(settings, io);
  const policy = await new Policies(settings, io, services).named(scenario.policy);
  const trace = new Trace(true);
  const result = runScenario(scenario, { policy, trace });
  const run = { scenario, policy, platform: platformOf(scenario.platform), events: trace.events, result };
  deliver(show(run, settings, io), settings, io);
  return exitStatus.ok;
}

function show(run: TracedRun, settings: Settings, io: Io): string {
  switch (settings.format) {
    case 'json':
      return traceToJson(run);
    case 'html':
      return traceToHtml(run);
    case 'svg':
    case 'text':
      return traceToText(run, styleFor(settings.color, targetOf(settings, io), io.env));
  }
}

async function scenarioFor(settings: Settings, io: Io): Promise<Scenario> {
  const [file, extra] = settings.operands;
  if (extra !== undefined) throw new UsageError(`one scenario at a time, not also '${extra}'`, COMMAND);
  if (file === undefined) return namedScenario(settings);
  const names = [
    ...settings.platforms,
    ...settings.devices,
    ...settings.policies,
    settings.deviceClass ?? '',
  ];
  const given = names.find((name) => name !== '');
  if (given !== undefined) {
    throw new UsageError(`${nameOfInput(file)} says all of the scenario; '${given}' is not for it`, COMMAND);
  }
  return readScenario(file, io);
}

function namedScenario(settings: Settings): Scenario {
  const platform = platformNamed(onlyOne('platform', settings.platforms));
  const device = deviceNamed(onlyOne('device', settings.devices));
  const policy = onlyOne('policy', settings.policies);
  return scenarioOf(platform.id, device, policy, classNamed(settings.deviceClass));
}

function onlyOne(option: string, names: readonly string[]): string {
  const [name, second] = names;
  if (name === undefined)
    throw new UsageError(`a trace needs --${option}, or a FILE with a scenario`, COMMAND);
  if (second !== undefined)
    throw new UsageError(`a trace takes one --${option}, not also '${second}'`, COMMAND);
  return name;
}

/** @throws {InputError} that names the file and what is wrong with it */
async function readScenario(file: string, io: Io): Promise<Scenario> {
  const name = nameOfInput(file);
  try {
    return parseScenario(
      file === '-' ? await textOf(io.stdin()) : readFileSync(resolve(io.cwd, file), 'utf8'),
    );
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`${name}: ${error.message}`);
    throw new InputError(`${name}: ${reasonOf(error)}`);
  }
}

async function textOf(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
