/** Where the data stands at a scene: the guest's memory, what is shared of it, and the device, with arrows that move. */
import type { TraceResult, TraceScene } from '../../server/src/lsp/protocol.js';
import { svg } from './dom.js';
import { type Situation, scenesIn, situationAt } from './situation.js';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Place = 'buffer' | 'privateRing' | 'pool' | 'sharedRing' | 'device' | 'guest' | 'private' | 'shared';

interface Layout {
  readonly viewBox: string;
  readonly boxes: Readonly<Record<Place, Box>>;
  readonly border: string;
  readonly host: readonly [x: number, y: number];
  /** Bytes that fit into a box. */
  readonly bytes: number;
}

/** The guest on the left, the device on the right. */
const wide: Layout = {
  viewBox: '0 0 720 208',
  boxes: {
    guest: { x: 8, y: 8, width: 424, height: 192 },
    private: { x: 18, y: 34, width: 192, height: 158 },
    shared: { x: 230, y: 34, width: 192, height: 158 },
    buffer: { x: 28, y: 56, width: 172, height: 52 },
    privateRing: { x: 28, y: 130, width: 172, height: 52 },
    pool: { x: 240, y: 56, width: 172, height: 52 },
    sharedRing: { x: 240, y: 130, width: 172, height: 52 },
    device: { x: 520, y: 84, width: 184, height: 72 },
  },
  border: 'M476 16V192',
  host: [486, 24],
  bytes: 6,
};

/** The guest above, the device below: for a narrow panel. */
const tall: Layout = {
  viewBox: '0 0 360 388',
  boxes: {
    guest: { x: 4, y: 4, width: 352, height: 246 },
    private: { x: 12, y: 30, width: 158, height: 212 },
    shared: { x: 190, y: 30, width: 158, height: 212 },
    buffer: { x: 20, y: 56, width: 142, height: 56 },
    privateRing: { x: 20, y: 150, width: 142, height: 56 },
    pool: { x: 198, y: 56, width: 142, height: 56 },
    sharedRing: { x: 198, y: 150, width: 142, height: 56 },
    device: { x: 92, y: 302, width: 176, height: 76 },
  },
  border: 'M8 270H352',
  host: [12, 288],
  bytes: 5,
};

type Station = 'buffer' | 'ring' | 'pool' | 'device';

export type Shape = 'wide' | 'tall';

export function stageSvg(trace: TraceResult, index: number, shape: Shape): SVGSVGElement {
  const layout = shape === 'wide' ? wide : tall;
  const { boxes } = layout;
  const scenes = scenesIn(trace.phases);
  const scene = scenes[index];
  const now = situationAt(scenes, index);
  const { isProtected } = trace.platform;
  const ring = now.ring === 'shared' || !isProtected ? boxes.sharedRing : boxes.privateRing;
  const boxOf = (station: Station): Box => (station === 'ring' ? ring : boxes[station]);
  const move = scene === undefined ? null : moveOf(scene, now);
  const state = (station: Station): string => (move?.includes(station) === true ? 'active' : '');
  const hasPool = now.hasPool || now.isMapped === 'by pool';
  const [hostX, hostY] = layout.host;
  return svg(
    'svg',
    {
      viewBox: layout.viewBox,
      class: `stage ${shape}`,
      role: 'img',
      'aria-label': scene === undefined ? 'no run' : `${scene.actor} ${scene.title}`,
    },
    arrowHead(),
    zone(boxes.guest, 'guest', `guest: ${trace.platform.name}`, 16),
    zone(boxes.private, isProtected ? 'private' : 'open', 'private memory', 15),
    zone(boxes.shared, isProtected ? 'shared' : 'open', 'shared with the host', 15),
    svg('path', { d: layout.border, class: `border${isProtected ? '' : ' open'}` }),
    svg('text', { x: hostX, y: hostY, class: 'label' }, 'host'),
    box(boxes.buffer, "driver's buffer", hexHead(now.buffer, layout), state('buffer')),
    box(boxes.pool, 'bounce pool', hexHead(now.pool, layout), hasPool ? state('pool') : 'absent'),
    box(ring, 'virtqueue', ringWords(now, isProtected), now.ring === 'none' ? 'absent' : state('ring')),
    device(boxes.device, now, state('device'), layout),
    move === null ? null : arrow(boxOf(move[0]), boxOf(move[1]), shape, scene?.isAmiss === true),
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
  if (ring === 'none') return '';
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

function device(place: Box, { seen, isRefused }: Situation, state: string, layout: Layout): SVGElement {
  const isAmiss = isRefused || seen?.isAmiss === true;
  const verdict = isAmiss ? 'amiss' : seen === null ? '' : 'well';
  const verb = isRefused ? 'refused' : seen === null ? '' : 'saw';
  return box(place, 'device', hexHead(seen?.text ?? null, layout), `${state} ${verdict}`, verb);
}

function arrowHead(): SVGElement {
  const size = { markerWidth: 7, markerHeight: 7, refX: 6, refY: 4 };
  return svg(
    'defs',
    {},
    svg(
      'marker',
      { id: 'head', viewBox: '0 0 8 8', orient: 'auto', ...size },
      svg('path', { d: 'M0 0.8L7 4L0 7.2z', class: 'arrow-head' }),
    ),
  );
}

/** Between the nearest sides; a place that something happens at has no arrow. */
function arrow(from: Box, to: Box, shape: Shape, isAmiss: boolean): SVGElement | null {
  if (from === to) return null;
  const way = shape === 'wide' ? pastShared : downBetween;
  const d = way(from, to) ?? between(from, to);
  return svg('path', { d, class: `arrow${isAmiss ? ' amiss' : ''}`, 'marker-end': 'url(#head)' });
}

/** In the wide layout: from private memory to the device, between the boxes of what is shared. */
function pastShared(from: Box, to: Box): string | null {
  const [near, far] = from.x < to.x ? [from, to] : [to, from];
  const { shared, device: out } = wide.boxes;
  if (near.x >= shared.x || far.x !== out.x) return null;
  const side = near.x + near.width;
  const [, y] = centre(near);
  const [, lane] = centre(out);
  const bend = `C${side + 26} ${y} ${side + 20} ${lane} ${side + 48} ${lane}`;
  return from === near
    ? `M${side} ${y}${bend}H${far.x - 5}`
    : `M${far.x} ${lane}H${side + 48}C${side + 20} ${lane} ${side + 26} ${y} ${side + 5} ${y}`;
}

/** In the tall layout the way to the device and back runs between the two columns. */
function downBetween(from: Box, to: Box): string | null {
  const [upper, lower] = from.y < to.y ? [from, to] : [to, from];
  if (lower.y !== tall.boxes.device.y) return null;
  const [ux, uy] = centre(upper);
  const [lx] = centre(lower);
  const side = ux < lx ? upper.x + upper.width : upper.x;
  const towards = Math.sign(lx - side);
  return from === upper
    ? `M${side} ${uy}Q${lx} ${uy} ${lx} ${uy + 30}V${lower.y - 5}`
    : `M${lx} ${lower.y}V${uy + 30}Q${lx} ${uy} ${side + towards * 5} ${uy}`;
}

function between(from: Box, to: Box): string {
  const [fx, fy] = centre(from);
  const [tx, ty] = centre(to);
  if (Math.abs(fx - tx) < 40) {
    const [start, end] = ty > fy ? [from.y + from.height, to.y - 5] : [from.y, to.y + to.height + 5];
    return `M${fx} ${start}L${tx} ${end}`;
  }
  const [start, end] = tx > fx ? [from.x + from.width, to.x - 5] : [from.x, to.x + to.width + 5];
  const bend = (end - start) / 2;
  return `M${start} ${fy}C${start + bend} ${fy} ${end - bend} ${ty} ${end} ${ty}`;
}

function centre({ x, y, width, height }: Box): readonly [number, number] {
  return [x + width / 2, y + height / 2];
}

/** As much as fits into a box. */
function hexHead(text: string | null, { bytes: most }: Layout): string {
  if (text === null) return '';
  const bytes = text.split(' ');
  return bytes.length > most + 1 ? `${bytes.slice(0, most).join(' ')} ..` : text;
}
