/** Where the data stands at a scene: the guest's memory, what is shared of it, and the device, with arrows that move. */
import type { TracePhase, TraceResult, TraceScene } from '../../server/src/lsp/protocol.js';
import { svg } from './dom.js';

/** What has happened up to a scene. */
interface Situation {
  readonly buffer: string | null;
  readonly pool: string | null;
  readonly hasPool: boolean;
  readonly ring: 'none' | 'shared' | 'private';
  readonly isMapped: 'by pool' | 'as it is' | null;
  readonly seen: { readonly text: string; readonly isAmiss: boolean } | null;
  readonly isRefused: boolean;
}

const nothing: Situation = {
  buffer: null,
  pool: null,
  hasPool: false,
  ring: 'none',
  isMapped: null,
  seen: null,
  isRefused: false,
};

export function scenesIn(phases: readonly TracePhase[]): readonly TraceScene[] {
  return phases.flatMap(({ scenes }) => scenes);
}

function situationAt(scenes: readonly TraceScene[], index: number): Situation {
  return scenes.slice(0, index + 1).reduce(after, nothing);
}

function after(before: Situation, scene: TraceScene): Situation {
  const bytes = scene.bytes.map(({ text }) => text);
  switch (scene.kind) {
    case 'pool':
      return { ...before, hasPool: true };
    case 'accept':
      return { ...before, isRefused: scene.isAmiss };
    case 'ring':
      return { ...before, ring: isShared(scene) ? 'shared' : 'private' };
    case 'fill':
      return { ...before, buffer: bytes[0] ?? null, pool: null, isMapped: null, seen: null };
    case 'map':
      return scene.title.includes('the pool')
        ? { ...before, isMapped: 'by pool', hasPool: true }
        : { ...before, isMapped: 'as it is' };
    case 'copy':
      return { ...before, pool: before.buffer };
    case 'read':
      return { ...before, seen: { text: bytes[1] ?? bytes[0] ?? '', isAmiss: scene.isAmiss } };
    default:
      return before;
  }
}

function isShared({ steps }: TraceScene): boolean {
  return steps.some(({ what, detail }) => detail === 'shared' || what.startsWith('page shared'));
}

// ---- places

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const boxes = {
  buffer: { x: 28, y: 54, width: 172, height: 52 },
  privateRing: { x: 28, y: 132, width: 172, height: 52 },
  pool: { x: 240, y: 54, width: 172, height: 52 },
  sharedRing: { x: 240, y: 132, width: 172, height: 52 },
  device: { x: 520, y: 84, width: 184, height: 72 },
} as const satisfies Record<string, Box>;

type Station = 'buffer' | 'ring' | 'pool' | 'device';

export function stageSvg(trace: TraceResult, index: number): SVGSVGElement {
  const scenes = scenesIn(trace.phases);
  const scene = scenes[index];
  const now = situationAt(scenes, index);
  const { isProtected } = trace.platform;
  const ringBox = now.ring === 'shared' || !isProtected ? boxes.sharedRing : boxes.privateRing;
  const boxOf = (station: Station): Box => (station === 'ring' ? ringBox : boxes[station]);
  const move = scene === undefined ? null : moveOf(scene, now);
  const active = new Set<Station>(move ?? []);
  const via = now.hasPool || now.isMapped === 'by pool';
  return svg(
    'svg',
    {
      viewBox: '0 0 720 208',
      class: 'stage',
      role: 'img',
      'aria-label': scene === undefined ? 'no run' : `${scene.actor} ${scene.title}`,
    },
    svg(
      'defs',
      {},
      svg(
        'marker',
        { id: 'head', viewBox: '0 0 8 8', refX: 6, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' },
        svg('path', { d: 'M0 0.8L7 4L0 7.2z', class: 'arrow-head' }),
      ),
    ),
    zone({ x: 8, y: 8, width: 424, height: 192 }, 'guest', `guest: ${trace.platform.name}`, 16),
    isProtected
      ? zone({ x: 18, y: 34, width: 192, height: 160 }, 'private', 'private memory', 14)
      : zone({ x: 18, y: 34, width: 192, height: 160 }, 'open', 'memory, open to the device', 14),
    isProtected
      ? zone({ x: 230, y: 34, width: 192, height: 160 }, 'shared', 'shared with the host', 14)
      : zone({ x: 230, y: 34, width: 192, height: 160 }, 'open', 'memory, open to the device', 14),
    svg('path', { d: 'M476 16V192', class: `border${isProtected ? '' : ' open'}` }),
    svg('text', { x: 484, y: 24, class: 'label' }, 'host'),
    box(boxes.buffer, "driver's buffer", hexHead(now.buffer), active.has('buffer') ? 'active' : ''),
    box(boxes.pool, 'bounce pool', hexHead(now.pool), via ? (active.has('pool') ? 'active' : '') : 'absent'),
    box(
      ringBox,
      'virtqueue',
      now.ring === 'none' ? '' : ringWords(now, isProtected),
      now.ring === 'none' ? 'absent' : active.has('ring') ? 'active' : '',
    ),
    box(
      boxes.device,
      'device',
      now.seen === null ? '' : hexHead(now.seen.text),
      `${active.has('device') ? 'active' : ''}${now.seen?.isAmiss || now.isRefused ? ' amiss' : now.seen === null ? '' : ' well'}`,
      now.isRefused ? 'refused' : now.seen === null ? '' : 'saw',
    ),
    move === null ? null : arrow(boxOf(move[0]), boxOf(move[1]), scene?.isAmiss === true),
  );
}

/** From where to where something goes in this scene; null where nothing does. */
function moveOf(scene: TraceScene, now: Situation): readonly [Station, Station] | null {
  const data: Station = now.isMapped === 'by pool' ? 'pool' : 'buffer';
  switch (scene.kind) {
    case 'offer':
      return ['device', 'ring'];
    case 'accept':
      return ['ring', 'device'];
    case 'fill':
      return ['buffer', 'buffer'];
    case 'map':
      return now.isMapped === 'by pool' ? ['buffer', 'pool'] : ['buffer', 'ring'];
    case 'copy':
      return ['buffer', 'pool'];
    case 'describe':
      return [data, 'ring'];
    case 'ring':
    case 'publish':
    case 'collect':
      return ['ring', 'ring'];
    case 'pool':
      return ['pool', 'pool'];
    case 'kick':
      return ['ring', 'device'];
    case 'look':
      return ['ring', 'device'];
    case 'read':
      return [data, 'device'];
    case 'answer':
      return ['device', data];
    case 'release':
      return now.isMapped === 'by pool' ? ['pool', 'buffer'] : null;
    default:
      return null;
  }
}

function ringWords({ ring }: Situation, isProtected: boolean): string {
  if (!isProtected) return 'in memory';
  return ring === 'shared' ? 'in shared pages' : 'in private pages';
}

// ---- shapes

function zone({ x, y, width, height }: Box, name: string, label: string, drop: number): SVGElement {
  return svg(
    'g',
    { class: `zone ${name}` },
    svg('rect', { x, y, width, height, rx: 8 }),
    svg('text', { x: x + 8, y: y + drop, class: 'label' }, label),
  );
}

function box(
  { x, y, width, height }: Box,
  name: string,
  content: string,
  state: string,
  verb = '',
): SVGElement {
  const middle = x + width / 2;
  return svg(
    'g',
    { class: `station ${state}` },
    svg('rect', { x, y, width, height, rx: 5 }),
    svg('text', { x: middle, y: y + 20, class: 'name' }, name),
    verb === '' ? null : svg('text', { x: middle, y: y + 38, class: 'verb' }, verb),
    svg('text', { x: middle, y: y + (verb === '' ? 40 : 58), class: 'bytes' }, content),
  );
}

/** Between the nearest sides; a place that something happens at has no arrow. */
function arrow(from: Box, to: Box, isAmiss: boolean): SVGElement | null {
  if (from === to) return null;
  const centre = ({ x, y, width, height }: Box): readonly [number, number] => [x + width / 2, y + height / 2];
  const [fx, fy] = centre(from);
  const [tx, ty] = centre(to);
  const isUpright = Math.abs(fx - tx) < 40;
  const [x1, y1] = isUpright
    ? [fx, ty > fy ? from.y + from.height : from.y]
    : [tx > fx ? from.x + from.width : from.x, fy];
  const [x2, y2] = isUpright
    ? [tx, ty > fy ? to.y - 4 : to.y + to.height + 4]
    : [tx > fx ? to.x - 4 : to.x + to.width + 4, ty];
  const bend = isUpright ? 0 : (x2 - x1) / 2;
  const d = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  return svg('path', { d, class: `arrow${isAmiss ? ' amiss' : ''}`, 'marker-end': 'url(#head)' });
}

/** As much as fits into a box. */
function hexHead(text: string | null): string {
  if (text === null) return '';
  const bytes = text.split(' ');
  return bytes.length > 7 ? `${bytes.slice(0, 6).join(' ')} ..` : text;
}
