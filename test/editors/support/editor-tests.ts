/** What every editor is asked to do, and what must be seen in it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Desk, makeDesk } from './desk.js';
import { isInstalled } from './installed.js';

/** Lines are 1-based, as the editor shows them. */
export interface Seen {
  readonly diagnostics: readonly { readonly line: number; readonly code: string; readonly message: string }[];
  readonly hover?: string;
  readonly definition?: { readonly file: string; readonly line: number };
  readonly symbols?: readonly string[];
  readonly actions?: readonly string[];
  /** The buffer after the action that silences the finding, and how many findings are left then. */
  readonly afterAction?: { readonly text: string; readonly findings: number };
  /** Findings after the decision function was changed to always say yes. */
  readonly afterEdit: readonly string[];
  /** The lines of the sample patch that have findings. */
  readonly patch?: readonly string[];
}

export function editorTests(
  editor: string,
  requirement: {
    readonly program: string;
    readonly packageName: string;
    /** What the editor cannot show, which its page says too. */
    readonly without?: readonly (keyof Seen)[];
  },
  session: (desk: Desk) => Promise<unknown>,
): void {
  describe.runIf(isInstalled(requirement.program, requirement.packageName))(editor, () => {
    const does = (what: keyof Seen): boolean => requirement.without?.includes(what) !== true;
    let desk: Desk;
    let seen: Seen;
    beforeAll(async () => {
      desk = makeDesk();
      const result = (await session(desk)) as Seen & { readonly problem?: string };
      if (result.problem !== undefined)
        throw new Error(`${result.problem}\n${JSON.stringify(result, null, 2)}`);
      seen = result;
    });
    afterAll(() => desk.clear());

    it('marks the line of the finding, with the rule and what becomes of the data', () => {
      expect(seen.diagnostics.map(({ line, code }) => `${code}:${line}`)).toEqual([
        'secure-guest-unreadable:39',
      ]);
      expect(seen.diagnostics[0]?.message).toMatch(/the device faults/);
    });

    if (does('hover'))
      it('shows what the decision function decides', () => {
        expect(seen.hover).toMatch(/decision function/i);
        expect(seen.hover).toMatch(/ACCESS_PLATFORM/);
        expect(seen.hover).toMatch(/Xen/);
      });

    if (does('definition'))
      it('goes to the definition in another file', () => {
        expect(seen.definition?.file).toMatch(/include\/linux\/virtio_config\.h$/);
        expect(seen.definition?.line).toBe(14);
      });

    if (does('symbols'))
      it('lists the decision function and the functions with sites', () => {
        expect(seen.symbols?.join('\n')).toMatch(/vring_use_dma_api/);
        expect(seen.symbols?.join('\n')).toMatch(/vring_map_one_sg/);
      });

    if (does('afterAction'))
      it('silences the finding by a code action', () => {
        expect(seen.afterAction?.text).toMatch(/vringside-ignore secure-guest-unreadable/);
        expect(seen.afterAction?.findings).toBe(0);
      });

    if (does('patch'))
      it('shows findings on lines that a patch adds', () => {
        expect(seen.patch?.length).toBeGreaterThan(0);
        for (const line of seen.patch ?? []) expect(line).toMatch(/^\+/);
      });

    it('takes the finding away when the code is mended', () => {
      expect(seen.afterEdit).toEqual([]);
    });
  });
}
