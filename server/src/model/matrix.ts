/** Many runs side by side: every platform with every device, under one policy or several. */
import { deviceOf, type NamedDevice } from './device/devices.js';
import { type Platform, platformOf, platforms } from './guest/platforms.js';
import { type RunOptions, runScenario } from './machine.js';
import type { Policy } from './policy.js';
import type { DeviceClass, PlatformId, RunResult, Scenario } from './scenario.js';

export interface Cell {
  readonly platform: PlatformId;
  readonly device: string;
  readonly policy: string;
  readonly result: RunResult;
}

export interface Matrix {
  readonly platforms: readonly Platform[];
  readonly devices: readonly NamedDevice[];
  readonly policies: readonly Policy[];
  /** By platform, then device, then policy. */
  readonly cells: readonly Cell[];
}

export interface MatrixRequest {
  readonly policies: readonly Policy[];
  /** Default: all. */
  readonly platforms?: readonly PlatformId[];
  /** Default: with the flag and without it. */
  readonly devices?: readonly string[];
  /** Default: `blk`. */
  readonly deviceClass?: DeviceClass;
  readonly boot?: Pick<Scenario, 'swiotlb' | 'xen' | 'dmaAddress' | 'queue'>;
}

export const defaultDevices: readonly string[] = ['flag', 'no-flag'];

/** @throws {RangeError} for a name that is no platform or device. */
export function runMatrix(request: MatrixRequest): Matrix {
  const chosen = request.platforms?.map(platformOf) ?? platforms;
  const devices = (request.devices ?? defaultDevices).map(deviceOf);
  const cells: Cell[] = [];
  for (const platform of chosen) {
    for (const device of devices) {
      for (const policy of request.policies) {
        const scenario = scenarioOf(
          platform.id,
          device,
          policy.id,
          request.deviceClass ?? 'blk',
          request.boot,
        );
        const options: RunOptions = { policy };
        cells.push({
          platform: platform.id,
          device: device.id,
          policy: policy.id,
          result: runScenario(scenario, options),
        });
      }
    }
  }
  return { platforms: chosen, devices, policies: request.policies, cells };
}

/** The scenario of one cell. */
export function scenarioOf(
  platform: PlatformId,
  device: NamedDevice,
  policy: string,
  deviceClass: DeviceClass,
  boot: MatrixRequest['boot'] = {},
): Scenario {
  return {
    policy,
    platform,
    device: { class: device.class ?? deviceClass, ...device.spec },
    dmaAddress: device.dmaAddress,
    ...boot,
  };
}
