/** Devices by name: what a reviewer asks for with `--device`, and the columns of a matrix. */
import type { DeviceClass, DeviceSpec, DmaRelation } from '../scenario.js';

export type DeviceId =
  | 'flag'
  | 'no-flag'
  | 'legacy'
  | 'viommu'
  | 'vdpa'
  | 'emulated'
  | 'offset'
  | 'pretender';

export interface NamedDevice {
  readonly id: DeviceId;
  /** A column's heading. */
  readonly title: string;
  /** In a sentence: `a device that does not offer ACCESS_PLATFORM`. */
  readonly sentence: string;
  readonly spec: Omit<DeviceSpec, 'class'>;
  /** Set for a device that is of one class only. */
  readonly class?: DeviceClass;
  readonly dmaAddress: DmaRelation;
  /** Whether such devices are met today, or serve to ask a question. */
  readonly isReleased: boolean;
}

export const devices: readonly NamedDevice[] = [
  {
    id: 'flag',
    title: 'offers ACCESS_PLATFORM',
    sentence: 'a paravirtual device that offers ACCESS_PLATFORM',
    spec: { offersAccessPlatform: true, addresses: 'gpa' },
    dmaAddress: 'equal',
    isReleased: true,
  },
  {
    id: 'no-flag',
    title: 'does not offer it',
    sentence: 'a device that does not offer ACCESS_PLATFORM',
    spec: { offersAccessPlatform: false, addresses: 'gpa' },
    dmaAddress: 'equal',
    isReleased: true,
  },
  {
    id: 'legacy',
    title: 'legacy',
    sentence: 'a legacy device (32 feature bits)',
    spec: { offersAccessPlatform: false, offersVersion1: false, addresses: 'gpa', transport: 'pci-legacy' },
    dmaAddress: 'equal',
    isReleased: true,
  },
  {
    id: 'viommu',
    title: 'behind a vIOMMU',
    sentence: 'a device behind a virtual IOMMU',
    spec: { offersAccessPlatform: true, addresses: 'bus' },
    dmaAddress: 'translated',
    isReleased: true,
  },
  {
    id: 'vdpa',
    title: 'hardware (vDPA)',
    sentence: 'a hardware virtio device (vDPA)',
    spec: { offersAccessPlatform: true, addresses: 'bus' },
    dmaAddress: 'equal',
    isReleased: true,
  },
  {
    id: 'emulated',
    title: 'emulated, not virtio',
    sentence: 'an emulated device that is no virtio device',
    spec: { offersAccessPlatform: false, addresses: 'gpa' },
    class: 'emulated',
    dmaAddress: 'equal',
    isReleased: true,
  },
  {
    id: 'offset',
    title: 'flag, bus offset',
    sentence: 'a device that offers ACCESS_PLATFORM on a bus with an offset',
    spec: { offersAccessPlatform: true, addresses: 'bus' },
    dmaAddress: 'offset',
    isReleased: false,
  },
  {
    id: 'pretender',
    title: 'flag, translated, ignored',
    sentence: 'a device that offers ACCESS_PLATFORM and ignores the translation',
    spec: { offersAccessPlatform: true, addresses: 'gpa' },
    dmaAddress: 'translated',
    isReleased: false,
  },
];

export const deviceIds: readonly DeviceId[] = devices.map((d) => d.id);

/** @throws {RangeError} for a name that is no device. */
export function deviceOf(id: string): NamedDevice {
  const found = devices.find((d) => d.id === id);
  if (found === undefined) throw new RangeError(`no device "${id}"; there are ${deviceIds.join(', ')}`);
  return found;
}
