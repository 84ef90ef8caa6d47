import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isHeaderFollowed } from '@vringside/grammars/relevance';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../server/src/analysis/index.js';
import {
  createLiveProgram,
  diskReader,
  overlayReader,
  type Program,
  Texts,
} from '../../server/src/program/index.js';
import { reportSteps, type Standing, standingOf } from '../../server/src/service/analyse.js';
import { type Chosen, chooseFiles } from '../../server/src/service/choose-files.js';
import { createKernelParser, type KernelParser } from '../../server/src/syntax/index.js';
import { Random } from '../fuzz/random.js';
import { EditedTexts } from '../support/editing/random-edits.js';
import { kernelTree } from '../support/kernel-tree.js';

const root = kernelTree('6.12');
const netDriver = 'drivers/net/virtio_net.c';

/** One program as a session has it, which is asked about its files one by one. */
class Asked {
  private readonly texts: Texts;
  private readonly program: Program;
  private readonly standing: Standing;
  private readonly chosen: Chosen;

  constructor(parser: KernelParser, chosen: Chosen, open: ReadonlyMap<string, string>) {
    this.chosen = chosen;
    this.texts = new Texts(diskReader(chosen.tree.root), parser);
    this.program = createLiveProgram(this.texts, {
      tree: chosen.tree,
      files: chosen.all,
      parser,
      isHeaderFollowed,
    });
    this.standing = standingOf(this.program);
    for (const [file, text] of open) this.edit(file, text);
  }

  edit(file: string, text: string): void {
    this.texts.edit(file, text);
    this.program.edited(file, true);
  }

  /** What it says of each of the files, asked in that order. */
  views(files: readonly string[]): ReadonlyMap<string, string> {
    return new Map(files.map((file) => [file, this.view(file)]));
  }

  private view(file: string): string {
    this.program.ledger.nextRound();
    const wanted = { ...this.chosen.wanted, files: [file], named: [file] };
    const options = { rules: new Map(), timings: false };
    return JSON.stringify(atOnce(reportSteps(this.program, wanted, options, this.standing)).report);
  }
}

describe.skipIf(root === null)('the program of a session on drivers/virtio and virtio_net', () => {
  it('says the same whatever it was asked first, before edits and after', async () => {
    const tree = root ?? '';
    const parser = await createKernelParser();
    const overlay = new Map<string, string>();
    const paths = ['drivers/virtio', netDriver].map((path) => resolve(tree, path));
    const reader = overlayReader(diskReader(tree), overlay);
    const chosen = await chooseFiles({ root: tree, paths, overlay, reader });
    const files = chosen.wanted.files;
    expect(files).toContain(netDriver);
    expect(files.length).toBeGreaterThan(8);

    const random = new Random(12, 3);
    const shuffled = (): readonly string[] =>
      files
        .map((file) => ({ file, place: random.fraction() }))
        .sort((a, b) => a.place - b.place)
        .map(({ file }) => file);
    const texts = new EditedTexts(
      ['drivers/virtio/virtio_ring.c', netDriver, 'drivers/virtio/virtio.c', 'include/linux/virtio_config.h'],
      (file) => readFileSync(join(tree, file), 'utf8'),
      random,
    );
    const expectAsFresh = (said: ReadonlyMap<string, string>, order: readonly string[]): void => {
      const fresh = new Asked(parser, chosen, texts.open).views(order);
      for (const [file, report] of said)
        expect(report, `${file}; fresh: ${order.join()}`).toBe(fresh.get(file));
    };

    const asked = new Asked(parser, chosen, texts.open);
    expectAsFresh(asked.views(files), [...files].reverse());
    for (let edits = 0; edits < 8; edits++) {
      const { file } = texts.next();
      asked.edit(file, texts.text(file));
      // Some answers are asked for between two edits, others not.
      asked.views(shuffled().slice(0, random.below(3)));
    }
    expectAsFresh(asked.views(shuffled()), shuffled());
  });
});
