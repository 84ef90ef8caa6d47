import { defineConfig } from 'vitest/config';

/** One project per kind of test: `vitest run --project unit`. */
function project(name: string, options: { timeoutMs: number; setup?: string | readonly string[] }) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: options.timeoutMs,
      hookTimeout: 240_000,
      globalSetup: [options.setup ?? []].flat(),
    },
  };
}

export default defineConfig({
  test: {
    // Two at a time: the kernel-tree tests hold a whole index each.
    maxWorkers: 2,
    projects: [
      project('unit', { timeoutMs: 20_000 }),
      // Start the bundled program as a user does: it is built first.
      project('cli', { timeoutMs: 60_000, setup: 'test/support/build-once.ts' }),
      // The house in order: import graph, generated docs, package contents.
      project('house', { timeoutMs: 30_000 }),
      // Counts of real kernels, kept in test/oracle, against the model.
      project('oracle', { timeoutMs: 60_000 }),
      // Real kernel sources, see test/support/kernel-tree.ts.
      project('kernel', { timeoutMs: 600_000, setup: 'test/support/build-once.ts' }),
      // The bundled language server before a scripted client.
      project('protocol', { timeoutMs: 90_000, setup: 'test/support/build-once.ts' }),
      // Real editors, as Debian has them, and VS Code.
      project('editors', {
        timeoutMs: 200_000,
        setup: ['test/support/build-once.ts', 'test/editors/vscode/install-once.ts'],
      }),
      project('fuzz', { timeoutMs: 900_000 }),
    ],
  },
});
