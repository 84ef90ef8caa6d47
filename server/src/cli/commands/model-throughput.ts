import {
  type Backend,
  backendIds,
  backendOf,
  type CostParameters,
  usualBackend,
} from '../../model/cost/index.js';
import type { ExactCost } from '../../model/exact/index.js';
import { type DeviceClass, deviceOf, type PlatformId, type RunResult } from '../../model/index.js';
import { type Guest, guestRun, type Load, simulatedOf, throughputOf } from '../../model/throughput/index.js';
import {
  type ThroughputReport,
  type ThroughputRow,
  throughputToHtml,
  throughputToJson,
  throughputToSvg,
  throughputToText,
} from '../../report/throughput/index.js';
import type { Settings } from '../arguments.js';
import { didYouMean, type ExitStatus, exitStatus, UsageError } from '../failure.js';
import { deliver, targetOf } from '../output.js';
import type { Io, Services } from '../services.js';
import { styleFor } from '../terminal.js';
import { costsOf } from './model-costs.js';
import { classNamed, deviceNamed, platformNamed } from './model-names.js';
import { Numbers } from './model-numbers.js';
import { Policies } from './model-policies.js';

const COMMAND = 'model throughput';

/** One of each kind. */
const usualPlatforms: readonly PlatformId[] = ['plain', 'pef', 'sev-snp', 'tdx', 's390-pv', 'pkvm'];

const disk: readonly number[] = [512, 4096, 16_384, 65_536, 262_144, 1_048_576];
const packets: readonly number[] = [64, 512, 1460, 9000, 65_536];

export async function runThroughput(settings: Settings, io: Io, services: Services): Promise<ExitStatus> {
  const [extra] = settings.operands;
  if (extra !== undefined) throw new UsageError(`'${COMMAND}' takes no '${extra}'`, COMMAND);
  const report = await reportFor(settings, io, services);
  switch (settings.format) {
    case 'json':
      deliver(throughputToJson(report), settings, io);
      break;
    case 'svg':
      deliver(throughputToSvg(report, {}), settings, io);
      break;
    case 'html':
      deliver(throughputToHtml(report), settings, io);
      break;
    case 'text':
      deliver(
        throughputToText(report, styleFor(settings.color, targetOf(settings, io), io.env)),
        settings,
        io,
      );
  }
  return exitStatus.ok;
}

async function reportFor(settings: Settings, io: Io, services: Services): Promise<ThroughputReport> {
  const deviceClass = classNamed(settings.deviceClass);
  const platforms = settings.platforms.map((name) => platformNamed(name).id);
  const devices = settings.devices.map((name) => deviceNamed(name).id);
  const policies = await new Policies(settings, io, services).all(
    settings.policies.length === 0 ? ['v6.12'] : settings.policies,
  );
  const numbers = new Numbers(settings, COMMAND);
  const sizes = numbers.wholes('bytes', deviceClass === 'net' ? packets : disk, 16 * 2 ** 20);
  const load = loadOf(numbers, deviceClass);
  const backend = numbers.one('backend');
  const isSimulated = settings.words.has('simulate');
  const costs = costsOf(settings, io);
  const rows: ThroughputRow[] = [];
  for (const platform of platforms.length === 0 ? usualPlatforms : platforms)
    for (const device of devices.length === 0 ? (['flag'] as const) : devices)
      for (const policy of policies) {
        const guest = { platform, device, deviceClass, policy };
        rows.push(
          ...rowsOf(guest, { ...load, backend: backendFor(backend, guest) }, sizes, costs, isSimulated),
        );
      }
  return { parameters: costs.version, rows, baseline: 'the same requests in a plain guest' };
}

/** What all rows have in common. */
type Common = Omit<Load, 'bytes' | 'backend'>;

function loadOf(numbers: Numbers, deviceClass: DeviceClass): Common {
  const queues = numbers.whole('queues', 1, { most: 65_535 });
  const isNet = deviceClass === 'net';
  return {
    op: numbers.choice('op', isNet ? ['rx', 'tx'] : ['read', 'write'], isNet ? 'rx' : 'read'),
    depth: numbers.whole('depth', isNet ? 256 : 32, { most: 65_536 }),
    queues,
    cpus: numbers.whole('cpus', queues, { most: 4096 }),
    ring: numbers.choice('ring', ['split', 'packed'], 'split'),
    ringSize: ringSizeOf(numbers),
    pool: poolOf(numbers),
    memoryBytes: numbers.size('memory', 16 * 2 ** 30),
    idle: numbers.choice('idle', ['halt', 'haltpoll', 'poll'], 'halt'),
    completion: numbers.choice('completion', ['interrupt', 'poll'], 'interrupt'),
  };
}

export function ringSizeOf(numbers: Numbers): number {
  const size = numbers.whole('ring-size', 256, { least: 2, most: 32_768 });
  if ((size & (size - 1)) === 0) return size;
  throw numbers.complaint('ring-size', `takes a power of two, not '${size}'`);
}

/** `SLOTS[,AREAS]` */
function poolOf(numbers: Numbers): Load['pool'] {
  const text = numbers.one('pool');
  if (text === null) return null;
  const match = /^(\d{1,8})(?:,(\d{1,4}))?$/.exec(text);
  if (match === null || Number(match[1]) === 0)
    throw numbers.complaint('pool', `takes SLOTS[,AREAS] such as 65536,8, not '${text}'`);
  const [, slots, areas] = match;
  return { slots: Number(slots), areas: areas === undefined ? null : Math.max(1, Number(areas)) };
}

/** As asked for; else who usually serves such a device. */
function backendFor(name: string | null, { device, deviceClass }: Guest): Backend {
  if (name === null) return usualBackend(deviceOf(device).class ?? deviceClass, deviceClass);
  const backend = backendOf(name);
  if (backend !== null) return backend;
  throw new UsageError(
    `there is no backend '${name}'${didYouMean(name, backendIds)}; there are ${backendIds.join(', ')}`,
    COMMAND,
  );
}

function rowsOf(
  guest: Guest,
  load: Omit<Load, 'bytes'>,
  sizes: readonly number[],
  parameters: CostParameters,
  isSimulated: boolean,
): ThroughputRow[] {
  const run = guestRun(guest);
  return sizes.map((bytes): ThroughputRow => {
    const answer = throughputOf(guest, run, { ...load, bytes }, parameters);
    return {
      platform: guest.platform,
      device: deviceWords(guest, load.backend),
      op: load.op,
      blockBytes: bytes,
      depth: load.depth,
      queues: load.queues,
      ring: `${load.ring}, ${load.ringSize} entries`,
      idle: idleWords[load.idle],
      outcome: outcomeWords(run),
      estimate: answer?.estimate ?? null,
      exact: answer === null ? null : exactOf(answer.exact, bytes),
      ...(isSimulated ? { simulated: simulatedOf(guest, run, { ...load, bytes }, parameters) } : {}),
    };
  });
}

const idleWords: Readonly<Record<Load['idle'], string>> = {
  halt: 'halts',
  haltpoll: 'polls before it halts',
  poll: 'polls',
};

function deviceWords({ device, deviceClass, policy }: Guest, backend: Backend): string {
  const named = deviceOf(device);
  const name = (named.class ?? deviceClass) === 'emulated' ? 'emulated device' : `virtio-${deviceClass}`;
  return `${name} (${device}), ${backend.name}, ${policy.id}`;
}

function outcomeWords({ outcome, gate }: RunResult): string {
  return outcome === 'refused' && gate !== null ? `refused ${gate.errno}` : outcome;
}

function exactOf(exact: ExactCost, bytes: number): ThroughputRow['exact'] {
  const { maps, bytesToDevice, bytesFromDevice, slots, descriptors } = exact;
  // Sizes of buffers posted ahead alternate: a mean of bytes is shown whole.
  return {
    maps,
    bytesToDevice: Math.round(bytesToDevice),
    bytesFromDevice: Math.round(bytesFromDevice),
    slots,
    descriptors,
    amplification: (bytesToDevice + bytesFromDevice) / bytes,
  };
}
