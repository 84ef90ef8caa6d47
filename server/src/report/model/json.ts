/** The model's JSON faces. The order of keys is part of the promise, as in the reports. */

import { outcomes } from '@vringside/grammars/outcomes';
import { backends } from '../../model/cost/index.js';
import {
  type Counts,
  devices,
  type Matrix,
  type NamedDevice,
  type Platform,
  type Policy,
  platforms,
  type RunResult,
  type Scenario,
} from '../../model/index.js';
import { print } from '../json.js';
import { toolVersion } from '../version.js';
import { hexOf } from './bytes.js';
import { phasesOf, type TracedRun } from './phases.js';
import { whyOf } from './why.js';

type Json = Parameters<typeof print>[0];

const head = { schema: 'vringside/1', tool: { name: 'vringside', version: toolVersion } } as const;

export function matrixToJson(matrix: Matrix): string {
  const byId = new Map(matrix.platforms.map((platform) => [platform.id, platform]));
  const cells = matrix.cells.map(({ platform, device, policy, result }): Json => {
    const found = byId.get(platform);
    const why = found === undefined ? '' : whyOf(result, found);
    return { platform, device, policy, ...resultJson(result), why };
  });
  return print({
    ...head,
    matrix: {
      policies: matrix.policies.map(policyJson),
      platforms: matrix.platforms.map(platformJson),
      devices: matrix.devices.map(deviceJson),
      cells,
    },
  });
}

export function listToJson(policies: readonly Policy[]): string {
  return print({
    ...head,
    platforms: platforms.map(platformJson),
    devices: devices.map(deviceJson),
    policies: policies.map(policyJson),
    backends: backends.map(({ id, name, evidence, source }) => ({ id, name, evidence, source })),
    outcomes: outcomes.map(({ id, title, meaning }) => ({ id, title, meaning })),
  });
}

export function traceToJson(run: TracedRun): string {
  const steps = phasesOf(run.events).flatMap((phase) =>
    phase.steps.map(
      ({ number, event, wrote }): Json => ({
        number,
        phase: phase.kind,
        ...(phase.kind === 'request' ? { request: phase.ordinal } : {}),
        actor: event.actor,
        what: event.what,
        address: event.address < 0 ? null : event.address,
        bytes: event.bytes < 0 ? null : event.bytes,
        detail: event.detail,
        seen: event.seen === null ? null : hexOf(event.seen),
        ...(wrote === null ? {} : { wrote: hexOf(wrote) }),
      }),
    ),
  );
  const why = whyOf(run.result, run.platform);
  return print({
    ...head,
    trace: { scenario: scenarioJson(run.scenario), steps, result: { ...resultJson(run.result), why } },
  });
}

/** One line of `model run`. */
export function resultLine(result: RunResult): string {
  return `${JSON.stringify(resultJson(result))}\n`;
}

/** The line of `model run` for a scenario that could not be read; `id` as far as it could. */
export function errorLine(id: string | null, error: string): string {
  return `${JSON.stringify({ id, error })}\n`;
}

function resultJson(result: RunResult): Record<string, Json> {
  return {
    id: result.id,
    outcome: result.outcome,
    ring: result.ring,
    payload: result.payload,
    gate: result.gate === null ? null : { errno: result.gate.errno, where: result.gate.where },
    accessPlatformNegotiated: result.accessPlatformNegotiated,
    usesDmaApi: result.usesDmaApi,
    deviceRead: result.deviceRead,
    counts: countsJson(result.counts),
    notes: result.notes,
  };
}

function countsJson(counts: Counts): Json {
  return {
    maps: counts.maps,
    copiesToDevice: counts.copiesToDevice,
    bytesToDevice: counts.bytesToDevice,
    copiesFromDevice: counts.copiesFromDevice,
    bytesFromDevice: counts.bytesFromDevice,
    slotsPeak: counts.slotsPeak,
    slotsAtRest: counts.slotsAtRest,
    descriptors: counts.descriptors,
    conversions: counts.conversions,
  };
}

function policyJson({ id, title, release }: Policy): Json {
  return { id, title, release };
}

function platformJson({ id, name, arch, since }: Platform): Json {
  return { id, name, arch, since };
}

function deviceJson({ id, title, sentence }: NamedDevice): Json {
  return { id, title, sentence };
}

/** As it can be given to `model run`. */
function scenarioJson(scenario: Scenario): Json {
  return JSON.parse(JSON.stringify(scenario)) as Json;
}
