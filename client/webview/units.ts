/** Figures as people read them. */

/** `4 KiB`, `1460 B`. */
export function sizeText(bytes: number): string {
  if (bytes >= 2 ** 30 && bytes % 2 ** 30 === 0) return `${bytes / 2 ** 30} GiB`;
  if (bytes >= 2 ** 20 && bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  if (bytes >= 2 ** 10 && bytes % 2 ** 10 === 0) return `${bytes / 2 ** 10} KiB`;
  return `${bytes} B`;
}

/** `1.24 GB/s`: three digits. */
export function rateText(bytesPerSecond: number): string {
  const units = [
    ['GB/s', 1e9],
    ['MB/s', 1e6],
    ['kB/s', 1e3],
  ] as const;
  const [unit, factor] = units.find(([, least]) => bytesPerSecond >= least) ?? ['B/s', 1];
  return `${digits(bytesPerSecond / factor)} ${unit}`;
}

/** `244 k`. */
export function perSecondText(n: number): string {
  if (n >= 1e6) return `${digits(n / 1e6)} M`;
  return n >= 1e3 ? `${digits(n / 1e3)} k` : digits(n);
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `0.41 to 1.00`, or one figure where both read the same. */
export function rangeText(low: string, high: string): string {
  return low === high ? low : `${low} to ${high}`;
}

/** `32 768`. */
export function countText(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
}
