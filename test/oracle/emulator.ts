/** One boot under QEMU's software emulation: no hardware support is needed, and times mean nothing. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Boot, DeviceOptions, Setup } from './boots.js';
import { buildInitramfs } from './initramfs.js';
import type { Kernel } from './kernels.js';

const DISK_BYTES = 64 << 20;
const MOST_BOOT_S = 600;
/** Multi-threaded emulation now and then trips over the kernel's patching of its own text while it starts. */
const MOST_TRIES = 4;

/** Programs the oracle needs, and Debian's packages of them. */
export const needed: ReadonlyMap<string, string> = new Map([
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['busybox', 'busybox-static'],
  ['cpio', 'cpio'],
  ['xz', 'xz-utils'],
  ['gcc', 'gcc libc6-dev'],
]);

/** Names of modules, as files spell them with `_`; what is built into a kernel is not missed. */
const drivers: Readonly<Record<Setup, readonly string[]>> = {
  'blk+net': ['virtio_blk', 'virtio_net'],
  blk: ['virtio_blk'],
  scsi: ['virtio_scsi', 'sd_mod'],
  rng: ['virtio_rng'],
  console: ['virtio_console'],
  '9p': ['9p', '9pnet_virtio'],
  balloon: ['virtio_balloon'],
  input: ['virtio_input'],
  crypto: ['virtio_crypto'],
  gpu: ['virtio_gpu'],
};

/** What the guest said of itself, line by line. Throws when no try came to its end. */
export async function runBoot(kernel: Kernel, boot: Boot): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vringside-oracle-'));
  try {
    const initramfs = buildInitramfs(kernel, ['virtio_pci', ...drivers[boot.setup]], folder);
    for (let tries = 1; ; tries++) {
      const lines = await emulate(kernel, boot, initramfs, folder);
      if (lines.includes('done')) return lines;
      const last = `${kernel.packageName} ${boot.id}: ended early after ${lines.length} lines`;
      if (tries === MOST_TRIES) throw new Error(last);
      console.error(`${last}, tried again`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function emulate(kernel: Kernel, boot: Boot, initramfs: string, folder: string): Promise<string[]> {
  const disk = join(folder, 'disk');
  const said = join(folder, 'said');
  writeFileSync(disk, randomBytes(DISK_BYTES));
  mkdirSync(join(folder, 'share'), { recursive: true });
  rmSync(said, { force: true });
  const machine = ['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-m', '768'];
  const quiet = ['-nodefaults', '-no-reboot', '-display', 'none', '-serial', `file:${said}`];
  const start = ['-kernel', kernel.image, '-initrd', initramfs, '-append', commandLine(boot)];
  const rest = ['-smp', `${boot.cpus}`, ...quiet, ...start, ...plugged(boot, folder)];
  await program([...(boot.backend === 'tap' ? alone : []), 'qemu-system-x86_64', ...machine, ...rest]);
  return readFileSync(said, 'utf8')
    .split(/\r?\n/)
    .flatMap((line) => /ORACLE (.*)$/.exec(line)?.[1] ?? []);
}

/** In a network namespace of its own, where a tap device may be made and nobody else sees it. */
const alone = ['unshare', '--map-root-user', '--net'];

/** At low priority: the machine may have other work. Its time is limited from outside, should this process end first. */
function program(command: readonly string[]): Promise<void> {
  const words = ['timeout', '--signal=KILL', `${MOST_BOOT_S}`, ...command];
  return new Promise((resolve, reject) => {
    const child = spawn('nice', words, { stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('close', () => resolve());
  });
}

function commandLine(boot: Boot): string {
  const words = ['console=ttyS0 quiet loglevel=1 mitigations=off nokaslr tsc=reliable panic=1 hugepages=40'];
  words.push(`oracle.suite=${boot.suite}`);
  if (boot.swiotlb !== null) words.push(`swiotlb=${boot.swiotlb}`);
  return words.join(' ');
}

function plugged(boot: Boot, folder: string): string[] {
  const device = (name: string, ...more: string[]): string[] => [
    '-device',
    [name, ...more, ...virtioOptions(boot.device)].join(','),
  ];
  const disk = [
    '-drive',
    `file=${join(folder, 'disk')},format=raw,if=none,id=disk,cache=writeback,discard=unmap`,
  ];
  const ring = boot.rxRing === 256 ? [] : [`rx_queue_size=${boot.rxRing}`];
  switch (boot.setup) {
    case 'blk':
      return [...disk, ...device('virtio-blk-pci', 'drive=disk')];
    case 'blk+net':
      return [
        ...disk,
        ...device('virtio-blk-pci', 'drive=disk'),
        ...['-netdev', boot.backend === 'user' ? 'user,id=net,restrict=on' : tap(boot, folder)],
        ...device('virtio-net-pci', 'netdev=net', ...ring, ...boot.netOptions),
      ];
    case 'scsi':
      return [...disk, ...device('virtio-scsi-pci'), '-device', 'scsi-hd,drive=disk'];
    case 'rng':
      return device('virtio-rng-pci');
    case 'console':
      return [...device('virtio-serial-pci'), ...portPair(join(folder, 'port'))];
    case '9p':
      return [
        ...['-fsdev', `local,id=share,path=${join(folder, 'share')},security_model=none`],
        ...device('virtio-9p-pci', 'fsdev=share', 'mount_tag=share'),
      ];
    case 'balloon':
      return device('virtio-balloon-pci', 'free-page-reporting=on');
    case 'input':
      return device('virtio-keyboard-pci');
    case 'crypto':
      return [
        '-object',
        'cryptodev-backend-builtin,id=crypto',
        ...device('virtio-crypto-pci', 'cryptodev=crypto'),
      ];
    case 'gpu':
      return device('virtio-gpu-pci');
  }
}

/** The far end answers from the address that QEMU's user-space stack has. */
function tap({ netOptions }: Boot, folder: string): string {
  const mtu =
    netOptions.find((option) => option.startsWith('host_mtu='))?.slice('host_mtu='.length) ?? '1500';
  const script = join(folder, 'tap-up');
  const up = `busybox ifconfig "$1" 10.0.2.2 netmask 255.255.255.0 mtu ${mtu} up`;
  writeFileSync(script, `#!/bin/sh\nexec ${up}\n`, { mode: 0o755 });
  return `tap,id=net,ifname=oracle,script=${script},downscript=no`;
}

/** Two ports of which the first's output is the second's input. */
function portPair(socket: string): string[] {
  return [
    ...['-chardev', `socket,id=one,path=${socket},server=on,wait=off`],
    ...['-chardev', `socket,id=two,path=${socket}`],
    ...['-device', 'virtserialport,chardev=one,nr=1'],
    ...['-device', 'virtserialport,chardev=two,nr=2'],
  ];
}

function virtioOptions(options: DeviceOptions): string[] {
  const onOff = (value: boolean): string => (value ? 'on' : 'off');
  return [
    `iommu_platform=${onOff(options.isAccessPlatformOffered)}`,
    `packed=${onOff(options.isPacked)}`,
    `indirect_desc=${onOff(options.isIndirect)}`,
    `event_idx=${onOff(options.hasEventIdx)}`,
    `disable-legacy=${onOff(options.transport === 'modern')}`,
  ];
}
