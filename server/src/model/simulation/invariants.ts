/** What holds after every event; a simulation that breaks one of these is wrong. Tests look after each, a run at its end. */
import { SEGMENT_SLOTS } from '../bounce/units.js';
import type { Cpu } from './guest/cpu.js';
import type { Kind, Mapping } from './kinds.js';
import type { Queue } from './queue/queue.js';
import type { Running } from './simulate.js';

/** One mapping that is in place. */
interface Live {
  readonly mapping: Mapping;
  readonly slot: number;
}

/** What does not hold, in words. */
export function broken(running: Running): readonly string[] {
  const live = liveMappings(running);
  return [
    ...slotsAreOwnedOnce(running, live),
    ...mappingsStayInSegments(running, live),
    ...nothingIsLost(running, live),
    ...notificationsAreNotTooMany(running),
    ...nobodySleepsOverWork(running),
  ];
}

// ---- slots -----------------------------------------------------------------------------------------------------

function liveMappings(running: Running): readonly Live[] {
  const { queues, guest } = running;
  const found: Live[] = [];
  for (const queue of queues) {
    for (const token of queue.tokensInUse()) {
      const kind = running.world.kinds.all[queue.kindOf[token] ?? 0];
      const holder = guest.cpus.find((cpu) => cpu.queue === queue && cpu.token === token && isAtIt(cpu));
      if (kind === undefined) continue;
      const [from, to] = holder === undefined ? [0, kind.mappings.length] : partOf(holder, kind);
      for (let i = from; i < to; i += 1) {
        const mapping = kind.mappings[i];
        if (mapping !== undefined) found.push({ mapping, slot: slotOf(queue, token, i) });
      }
    }
  }
  return found;
}

function isAtIt({ phase }: Cpu): boolean {
  return phase === 'map' || phase === 'undo' || phase === 'give';
}

/** Which mappings of its request are in place, while a CPU is at it. */
function partOf({ phase, piece, mapped }: Cpu, { mappings }: Kind): readonly [number, number] {
  if (phase === 'map') return [0, piece];
  return phase === 'undo' ? [piece, mapped] : [piece, mappings.length];
}

function slotOf(queue: Queue, token: number, piece: number): number {
  return queue.slotsOf[token * queue.width + piece] ?? -1;
}

/** Slots used and free make up the pool; none has two owners; those in use are those of mappings, rings and standing buffers. */
function slotsAreOwnedOnce({ world, standingSlots }: Running, live: readonly Live[]): readonly string[] {
  const { slots } = world;
  if (slots === null) return [];
  const wrong: string[] = [];
  const { pool } = slots;
  const owned = new Uint8Array(pool.slots);
  let sum = standingSlots;
  for (const { mapping, slot } of live) {
    sum += mapping.slots;
    for (let i = slot; i < slot + mapping.slots; i += 1) {
      if (owned[i] === 1) wrong.push(`slot ${i} has two owners`);
      if (pool.table.runAt(i) !== 0) wrong.push(`slot ${i} is owned and free`);
      owned[i] = 1;
    }
  }
  if (sum !== slots.used) wrong.push(`${sum} slots are owned, ${slots.used} counted`);
  if (pool.used !== slots.used) wrong.push(`${pool.used} slots are used by area, ${slots.used} in all`);
  if (slots.used > pool.slots || slots.used < 0 || slots.peak < slots.used) wrong.push('slots do not add up');
  return wrong;
}

function mappingsStayInSegments({ world }: Running, live: readonly Live[]): readonly string[] {
  const { slots } = world;
  if (slots === null) return [];
  const wrong: string[] = [];
  for (const { mapping, slot } of live) {
    const { zeroMask } = mapping.wish.rule;
    if (slot < 0 || slot + mapping.slots > slots.pool.slots)
      wrong.push(`slot ${slot} is outside of the pool`);
    if ((slot % SEGMENT_SLOTS) + mapping.slots > SEGMENT_SLOTS)
      wrong.push(`slot ${slot}: over a segment's end`);
    if ((slots.pool.addressOf(slot) & zeroMask) !== 0) wrong.push(`slot ${slot} is not aligned`);
  }
  return wrong;
}

// ---- conservation ----------------------------------------------------------------------------------------------

function nothingIsLost(running: Running, live: readonly Live[]): readonly string[] {
  const { world, queues, guest, postedMappings } = running;
  const { tally } = world;
  const wrong: string[] = [];
  if (tally.maps + postedMappings - tally.unmaps !== live.length)
    wrong.push(`${tally.maps} maps and ${tally.unmaps} unmaps leave ${live.length}`);
  let underWay = 0;
  for (const queue of queues) {
    if (!queue.isReceive) underWay += queue.inFlight;
    const inRing = queue
      .tokensInUse()
      .reduce((sum, token) => sum + ringDescriptors(running, queue, token), 0);
    if (queue.free < 0 || queue.free + inRing < queue.size) wrong.push('descriptors are lost');
  }
  for (const cpu of guest.cpus) if (['submit', 'map', 'expose', 'undo'].includes(cpu.phase)) underWay += 1;
  for (const lane of guest.lanes) if (lane.putBack >= 0) underWay += 1;
  underWay += running.device.packetsInHand;
  if (tally.submitted !== tally.completed + underWay)
    wrong.push(`${tally.submitted} submitted, ${tally.completed} completed, ${underWay} under way`);
  return wrong;
}

function ringDescriptors({ world }: Running, queue: Queue, token: number): number {
  return world.kinds.all[queue.kindOf[token] ?? 0]?.ringDescriptors ?? 0;
}

// ---- notifications ---------------------------------------------------------------------------------------------

function notificationsAreNotTooMany({ world }: Running): readonly string[] {
  const { kicks, exposed, interrupts, used, deviceWakes } = world.tally;
  const wrong: string[] = [];
  if (kicks > exposed) wrong.push(`${kicks} kicks for ${exposed} requests`);
  if (interrupts > used) wrong.push(`${interrupts} interrupts for ${used} completions`);
  if (deviceWakes > kicks) wrong.push(`woken ${deviceWakes} times by ${kicks} kicks`);
  return wrong;
}

/** A device asleep, work in the ring, and no kick owed. */
function nobodySleepsOverWork({ queues, device }: Running): readonly string[] {
  return queues
    .filter((queue) => !queue.isReceive && device.isAsleep(queue))
    .filter((queue) => queue.available.count > 0 && queue.unkicked === 0)
    .map((queue) => `the device sleeps at queue ${queue.number}, which has work`);
}
