/** A row: what one measured command made a real kernel do. Kept as a line of tab-separated values. */

export interface Copies {
  readonly count: number;
  readonly bytes: number;
}

/** So many mappings of this size. */
export interface Tally {
  readonly bytes: number;
  readonly count: number;
}

export type Direction = '>' | '<' | '?';

/** One mapping of a request, with its direction as the driver gave it: `>` to the device, `<` from it. */
export interface Mapping {
  readonly bytes: number;
  readonly direction: Direction;
}

/** Requests that were mapped alike: the mappings of each, in order. `via` is the ring's entry point: `add_sgs`. */
export interface Shape {
  readonly via: string;
  readonly count: number;
  readonly mappings: readonly Mapping[];
}

export interface Row {
  /** `uname -r`. */
  readonly kernel: string;
  /** QEMU's name: `virtio-blk-pci`. */
  readonly device: string;
  readonly isAccessPlatformOffered: boolean;
  readonly isBounceForced: boolean;
  readonly isPacked: boolean;
  readonly op: string;
  /** Bytes of each call of the generator, or of a ping's data. */
  readonly blockBytes: number;
  /** Calls of each job. */
  readonly count: number;
  readonly bounced: Copies;
  readonly slotsPeak: number;
  readonly generator: string;
  readonly jobs: number;
  readonly buffer: string;
  readonly isIndirect: boolean;
  readonly hasEventIdx: boolean;
  readonly transport: 'modern' | 'transitional';
  readonly poolSlots: number;
  readonly cpus: number;
  readonly rxRing: number;
  /** Block requests issued; null where that means nothing. */
  readonly requests: number | null;
  readonly toDevice: Copies;
  readonly fromDevice: Copies;
  readonly kicks: number;
  readonly interrupts: number;
  /** Slots in use before and after; null where the guest has no pool. */
  readonly usedBefore: number | null;
  readonly usedAfter: number | null;
  /** `sampled` may have missed the peak: 6.1 keeps no high-water mark. */
  readonly peakSource: 'sampled' | 'hiwater';
  readonly fullMessages: number;
  readonly probesMissed: number;
  readonly sizes: readonly Tally[];
  /** Logged requests; null where the row has none: it was made without a log, or the log was too long for its buffer. */
  readonly shapes: readonly Shape[] | null;
  /** Options of the device beyond those with a field: `mrg_rxbuf=off`. */
  readonly options: readonly string[];
}

export const columns = [
  'kernel',
  'device',
  'iommu_platform',
  'swiotlb_force',
  'packed',
  'op',
  'block_bytes',
  'count',
  'bounced_events',
  'bounced_bytes',
  'io_tlb_used_max',
  'note',
] as const;

export function tableOf(rows: readonly Row[], remarks: readonly string[]): string {
  const lines = [...remarks.map((remark) => `# ${remark}`), columns.join('\t'), ...rows.map(lineOf)];
  return `${lines.join('\n')}\n`;
}

export function rowsOf(table: string): Row[] {
  const lines = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (lines[0] !== columns.join('\t')) throw new Error(`not a table of rows: ${lines[0] ?? 'empty'}`);
  return lines.slice(1).map(rowOf);
}

/** What tells rows of one table apart, in words. */
export function nameOf(row: Row): string {
  const settings = [
    `ap=${onOff(row.isAccessPlatformOffered)}`,
    `force=${yesNo(row.isBounceForced)}`,
    `packed=${onOff(row.isPacked)}`,
    `indirect=${onOff(row.isIndirect)}`,
    `event_idx=${onOff(row.hasEventIdx)}`,
    row.transport,
    `pool=${row.poolSlots}`,
    `smp=${row.cpus}`,
    `rxq=${row.rxRing}`,
    ...row.options,
  ].join(' ');
  return `${row.kernel} ${row.device} ${row.generator} ${row.op} ${row.blockBytes}x${row.count} jobs=${row.jobs} ${row.buffer} (${settings})`;
}

function lineOf(row: Row): string {
  return [
    row.kernel,
    row.device,
    onOff(row.isAccessPlatformOffered),
    yesNo(row.isBounceForced),
    onOff(row.isPacked),
    row.op,
    row.blockBytes,
    row.count,
    row.bounced.count,
    row.bounced.bytes,
    row.slotsPeak,
    noteOf(row),
  ].join('\t');
}

function noteOf(row: Row): string {
  const note: [string, string | number][] = [
    ['gen', row.generator],
    ['jobs', row.jobs],
    ['buf', row.buffer],
    ['indirect', onOff(row.isIndirect)],
    ['event_idx', onOff(row.hasEventIdx)],
    ['transport', row.transport],
    ['pool_slots', row.poolSlots],
    ['smp', row.cpus],
    ['rxq', row.rxRing],
    ['reqs', row.requests ?? '-'],
    ['copy_to_dev', `${row.toDevice.count}/${row.toDevice.bytes}B`],
    ['copy_from_dev', `${row.fromDevice.count}/${row.fromDevice.bytes}B`],
    ['kicks', row.kicks],
    ['irqs', row.interrupts],
    ['used_before', row.usedBefore ?? ''],
    ['used_after', row.usedAfter ?? ''],
    ['used_src', row.peakSource],
    ['full_msgs', row.fullMessages],
    ['probe_missed', row.probesMissed],
    ['sizes', row.sizes.map(({ bytes, count }) => `${bytes}x${count}`).join(',')],
  ];
  if (row.shapes !== null) note.push(['shapes', row.shapes.map(shapeText).join(';')]);
  if (row.options.length > 0) note.push(['options', row.options.join(',')]);
  return note.map(([key, value]) => `${key}=${value}`).join(' ');
}

function rowOf(line: string): Row {
  const cells = new Map(line.split('\t').map((cell, at) => [columns[at] ?? '', cell] as const));
  const note = new Map((cells.get('note') ?? '').split(' ').map(pairOf));
  const cell = (name: (typeof columns)[number]): string => need(cells, name, line);
  const said = (name: string): string => need(note, name, line);
  const shapes = note.get('shapes');
  return {
    kernel: cell('kernel'),
    device: cell('device'),
    isAccessPlatformOffered: cell('iommu_platform') === 'on',
    isBounceForced: cell('swiotlb_force') === 'yes',
    isPacked: cell('packed') === 'on',
    op: cell('op'),
    blockBytes: numberOf(cell('block_bytes'), line),
    count: numberOf(cell('count'), line),
    bounced: {
      count: numberOf(cell('bounced_events'), line),
      bytes: numberOf(cell('bounced_bytes'), line),
    },
    slotsPeak: numberOf(cell('io_tlb_used_max'), line),
    generator: said('gen'),
    jobs: numberOf(said('jobs'), line),
    buffer: said('buf'),
    isIndirect: said('indirect') === 'on',
    hasEventIdx: said('event_idx') === 'on',
    transport: said('transport') === 'modern' ? 'modern' : 'transitional',
    poolSlots: numberOf(said('pool_slots'), line),
    cpus: numberOf(said('smp'), line),
    rxRing: numberOf(said('rxq'), line),
    requests: said('reqs') === '-' ? null : numberOf(said('reqs'), line),
    toDevice: copiesOf(said('copy_to_dev'), line),
    fromDevice: copiesOf(said('copy_from_dev'), line),
    kicks: numberOf(said('kicks'), line),
    interrupts: numberOf(said('irqs'), line),
    usedBefore: said('used_before') === '' ? null : numberOf(said('used_before'), line),
    usedAfter: said('used_after') === '' ? null : numberOf(said('used_after'), line),
    peakSource: said('used_src') === 'sampled' ? 'sampled' : 'hiwater',
    fullMessages: numberOf(said('full_msgs'), line),
    probesMissed: numberOf(said('probe_missed'), line),
    sizes: listOf(said('sizes'), ',').map((text) => tallyOf(text, line)),
    shapes: shapes === undefined ? null : listOf(shapes, ';').map(shapeOf),
    options: listOf(note.get('options') ?? '', ','),
  };
}

/** `32*add_sgs:16>,4096<x3,1<,80>`: mappings in order, equal neighbours counted. */
function shapeText({ via, count, mappings }: Shape): string {
  const runs: { mapping: Mapping; length: number }[] = [];
  for (const mapping of mappings) {
    const last = runs.at(-1);
    if (last?.mapping.bytes === mapping.bytes && last.mapping.direction === mapping.direction)
      last.length += 1;
    else runs.push({ mapping, length: 1 });
  }
  const texts = runs.map(
    ({ mapping, length }) => `${mapping.bytes}${mapping.direction}${length === 1 ? '' : `x${length}`}`,
  );
  return `${count}*${via}:${texts.join(',')}`;
}

function shapeOf(text: string): Shape {
  const [, count = '', via = '', list = ''] = /^(\d+)\*(\w+):(.*)$/.exec(text) ?? [];
  const mappings = listOf(list, ',').flatMap((item) => {
    const [, bytes = '', direction = '', length = '1'] = /^(\d+)([<>?])(?:x(\d+))?$/.exec(item) ?? [];
    return Array.from({ length: numberOf(length, text) }, () => mappingOf(bytes, direction, text));
  });
  return { via, count: numberOf(count, text), mappings };
}

export function mappingOf(bytes: string, direction: string, context: string): Mapping {
  if (direction !== '>' && direction !== '<' && direction !== '?')
    throw new Error(`no direction: ${context}`);
  return { bytes: numberOf(bytes, context), direction };
}

export function numberOf(text: string, context: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`'${text}' is no number: ${context}`);
  return Number(text);
}

function tallyOf(text: string, context: string): Tally {
  const [bytes = '', count = ''] = text.split('x');
  return { bytes: numberOf(bytes, context), count: numberOf(count, context) };
}

function copiesOf(text: string, context: string): Copies {
  const [, count = '', bytes = ''] = /^(\d+)\/(\d+)B$/.exec(text) ?? [];
  return { count: numberOf(count, context), bytes: numberOf(bytes, context) };
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

function need(values: ReadonlyMap<string, string>, name: string, line: string): string {
  const value = values.get(name);
  if (value === undefined) throw new Error(`no ${name}: ${line}`);
  return value;
}

const listOf = (text: string, separator: string): string[] =>
  text.split(separator).filter((item) => item !== '');
const onOff = (value: boolean): string => (value ? 'on' : 'off');
const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
