import type { PlatformId } from '../../model/index.js';
import type { PoolQuestion } from '../../model/throughput/index.js';
import { poolReport, poolToHtml, poolToJson, poolToSvg, poolToText } from '../../report/throughput/index.js';
import type { Settings } from '../arguments.js';
import { type ExitStatus, exitStatus, UsageError } from '../failure.js';
import { deliver, targetOf } from '../output.js';
import type { Io } from '../services.js';
import { styleFor } from '../terminal.js';
import { platformNamed } from './model-names.js';
import { Numbers } from './model-numbers.js';
import { ringSizeOf } from './model-throughput.js';

const COMMAND = 'model pool';

export function runPool(settings: Settings, io: Io): ExitStatus {
  const [extra] = settings.operands;
  if (extra !== undefined) throw new UsageError(`'${COMMAND}' takes no '${extra}'`, COMMAND);
  const named = settings.platforms.map((name) => platformNamed(name).id);
  const reports = (named.length === 0 ? (['sev-snp'] as const) : named).map((platform) =>
    poolReport(questionOf(platform, new Numbers(settings, COMMAND))),
  );
  switch (settings.format) {
    case 'json':
      deliver(poolToJson(reports), settings, io);
      break;
    case 'svg':
      deliver(poolToSvg(reports), settings, io);
      break;
    case 'html':
      deliver(poolToHtml(reports), settings, io);
      break;
    case 'text':
      deliver(poolToText(reports, styleFor(settings.color, targetOf(settings, io), io.env)), settings, io);
  }
  return exitStatus.ok;
}

function questionOf(platform: PlatformId, numbers: Numbers): PoolQuestion {
  const cpus = numbers.whole('cpus', 8, { most: 4096 });
  return {
    platform,
    memoryBytes: numbers.size('memory', 16 * 2 ** 30),
    cpus,
    slots: numbers.one('pool') === null ? null : numbers.whole('pool', 0, { least: 1, most: 2 ** 24 }),
    queuePairs: numbers.whole('queues', 1, { least: 0, most: 65_535 }),
    ringSize: ringSizeOf(numbers),
    disks: numbers.whole('disks', 1, { least: 0, most: 10_000 }),
    disk: {
      queues: numbers.whole('disk-queues', cpus, { most: 4096 }),
      depth: numbers.whole('depth', 32, { most: 65_536 }),
      requestBytes: numbers.whole('bytes', 2 ** 20, { most: 16 * 2 ** 20 }),
    },
  };
}
