/** The scenarios every site is run in unless others are asked for: few, and each with a name. */
import { type DeviceId, deviceOf, type PlatformId, platformOf } from '../../model/index.js';

export interface SiteScenario {
  readonly platform: PlatformId;
  readonly device: DeviceId;
}

/** A guest without protection, and one platform for each way of protecting memory. */
export const defaultPlatforms: readonly PlatformId[] = ['plain', 'pef', 'sev-snp', 'tdx', 's390-pv', 'pkvm'];

/** A device that offers ACCESS_PLATFORM, one that does not, one that cannot. */
export const defaultDevices: readonly DeviceId[] = ['flag', 'no-flag', 'legacy'];

export interface ScenarioChoice {
  /** Empty: the default set. */
  readonly platforms: readonly PlatformId[];
  readonly devices: readonly DeviceId[];
}

/** @throws {RangeError} for a name that is no platform or device */
export function scenarioSet(choice: ScenarioChoice): readonly SiteScenario[] {
  const platforms = choice.platforms.length === 0 ? defaultPlatforms : choice.platforms;
  const devices = choice.devices.length === 0 ? defaultDevices : choice.devices;
  return platforms.flatMap((platform) =>
    devices.map((device) => ({ platform: platformOf(platform).id, device: deviceOf(device).id })),
  );
}
