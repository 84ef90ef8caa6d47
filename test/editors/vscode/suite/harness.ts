/** Runs tests inside the extension host one after the other, and writes what came of them to `VRINGSIDE_RESULT`. */
import { writeFileSync } from 'node:fs';

export interface HostResult {
  readonly name: string;
  readonly ms: number;
  /** Null when all is well. */
  readonly problem: string | null;
}

export type HostTests = Readonly<Record<string, () => Promise<void>>>;

const TIMEOUT_MS = 90_000;

export async function runTests(tests: HostTests, after: () => Promise<void>): Promise<void> {
  const results: HostResult[] = [];
  for (const [name, test] of Object.entries(tests)) {
    const start = Date.now();
    let problem: string | null = null;
    try {
      await within(TIMEOUT_MS, test());
    } catch (error) {
      problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    await after();
    results.push({ name, ms: Date.now() - start, problem });
    const file = process.env.VRINGSIDE_RESULT;
    if (file !== undefined) writeFileSync(file, JSON.stringify(results));
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`took more than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The first value of `look` that is not null; what it says is asked again and again. */
export async function eventually<T>(what: string, look: () => T | null | Promise<T | null>): Promise<T> {
  const end = Date.now() + 40_000;
  for (;;) {
    const value = await look();
    if (value !== null) return value;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
