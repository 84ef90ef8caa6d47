/** Tables of figures as a user would write them. */

export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, ...rows].map((cells) => `${cells.join('\t')}\n`).join('');
}

const published = {
  id: 'mine-1',
  platform: 'SEV-SNP',
  device: 'virtio-blk NVMe',
  packet_or_block_bytes: '4096',
  queues: '4',
  metric: 'randread 4x32 kIOPS',
  native: '250',
  cvm_or_bounce: '245',
  confidence: 'high',
  use: 'validate',
};

export function publishedLine(wish: Partial<typeof published> = {}): typeof published {
  return { ...published, ...wish };
}

type Line = Readonly<Record<string, string>> | string;

function lines(head: readonly string[], rows: readonly Line[]): string {
  return tableOf(
    head,
    rows.map((row) => (typeof row === 'string' ? [row] : Object.values(row))),
  );
}

export function publishedTable(...rows: readonly Line[]): string {
  return lines(Object.keys(published), rows);
}

const machine = {
  group: 'memcpy',
  name: 'rep_movsb',
  mode: 'both_cold',
  ring_size_or_bytes: '4096',
  outstanding: '',
  batch: '',
  median: '650',
  unit: 'ns/copy',
};

export function machineLine(wish: Partial<typeof machine> = {}): typeof machine {
  return { ...machine, ...wish };
}

export function machineTable(...rows: readonly Line[]): string {
  return lines(Object.keys(machine), rows);
}
