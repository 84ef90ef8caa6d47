/** Names of the model as a user types them, and what they stand for; an unknown one is answered with those there are. */
import { type DeviceClass, deviceIds, deviceOf, platformIds, platformOf } from '../../model/index.js';
import { didYouMean, UsageError } from '../failure.js';

/** The compiler asks for every class. */
const classes: Readonly<Record<DeviceClass, true>> = {
  blk: true,
  net: true,
  scsi: true,
  console: true,
  rng: true,
  balloon: true,
  '9p': true,
  vsock: true,
  fs: true,
  gpu: true,
  input: true,
  crypto: true,
  iommu: true,
  mem: true,
  pmem: true,
  sound: true,
  emulated: true,
};

export const deviceClasses = Object.keys(classes) as readonly DeviceClass[];

export function platformNamed(name: string): ReturnType<typeof platformOf> {
  return platformOf(known('platform', name, platformIds));
}

export function deviceNamed(name: string): ReturnType<typeof deviceOf> {
  return deviceOf(known('device', name, deviceIds));
}

/** `blk` where no class is asked for. */
export function classNamed(name: string | null): DeviceClass {
  return name === null ? 'blk' : known('device class', name, deviceClasses);
}

function known<T extends string>(what: string, name: string, names: readonly T[]): T {
  const found = names.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no ${what} '${name}'${didYouMean(name, names)}; there are ${names.join(', ')}`,
  );
}
