/** Kernel releases as the model speaks of them: `v6.12`. */

export interface Release {
  readonly major: number;
  readonly minor: number;
}

/** The oldest and the newest release whose mechanics are known. */
export const oldest: Release = { major: 3, minor: 0 };
export const newest: Release = { major: 6, minor: 18 };

/** Null for a text that names no release: `v6.12`, `6.12` and `6.12.117` do. */
export function releaseOf(text: string): Release | null {
  const match = /^v?(\d+)\.(\d+)(?:[.\-+].*)?$/.exec(text);
  return match === null ? null : { major: Number(match[1]), minor: Number(match[2]) };
}

/** Whether `release` is `since` or later. */
export function isSince(release: Release, since: string): boolean {
  const other = releaseOf(since);
  if (other === null) throw new RangeError(`no release: ${since}`);
  return compare(release, other) >= 0;
}

export function compare(a: Release, b: Release): number {
  return a.major - b.major || a.minor - b.minor;
}

export function releaseText(release: Release): string {
  return `v${release.major}.${release.minor}`;
}
