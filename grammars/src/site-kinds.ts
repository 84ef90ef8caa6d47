/**
 * The vocabulary of the inventory: every kind of place where an address reaches a virtio device, or where a feature bit
 * decides. Reports name the kind by its title; `vringside explain KIND` shows the rest.
 *
 * Origin: a reading of Linux 4.6 to 6.18 (drivers/virtio, drivers/vhost, drivers/vdpa and all virtio drivers) against
 * the virtio specification 1.2, sections 2 (queues), 5 (device types) and 6 (reserved feature bits).
 */
import { bypassKinds } from './site-kinds-bypass.js';
import { featureKinds } from './site-kinds-feature.js';

/**
 * Whether a secure guest must care, given that the guard holds:
 * `yes`: the device gets private or unusable memory, or the place decides between DMA API and bypass, or whether a
 * device is accepted; `conditional`: it depends on what the caller, the device or the platform supplies;
 * `no`: host or device side, bookkeeping, or harmless by construction.
 */
export type Concern = 'yes' | 'conditional' | 'no';

export interface SiteKind {
  readonly id: string;
  readonly category: 'bypass' | 'feature';
  /** What a report says after the function's name: no verb in front, no full stop. */
  readonly title: string;
  /** One sentence: what such a place does. */
  readonly meaning: string;
  /** What goes wrong in a secure guest, or why the place is worth knowing. */
  readonly matters: string;
  /** What a reviewer checks or asks for. */
  readonly advice: string;
  readonly concern: Concern;
}

export const siteKinds: readonly SiteKind[] = [...bypassKinds, ...featureKinds];

const byId: ReadonlyMap<string, SiteKind> = new Map(siteKinds.map((kind) => [kind.id, kind]));

export function siteKind(id: string): SiteKind | null {
  return byId.get(id) ?? null;
}
