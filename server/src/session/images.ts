/** The programs a session asks, one for each set of files, over texts they share; and what edits do to them. */
import { resolve } from 'node:path';
import { isHeaderFollowed } from '@vringside/grammars/relevance';
import type { Steps } from '../analysis/index.js';
import {
  createLiveProgram,
  diskReader,
  isCFile,
  type KernelTree,
  type Overlay,
  overlayReader,
  type Program,
  type Selection,
  type SourceReader,
  Texts,
} from '../program/index.js';
import { type Analysed, reportSteps, type Standing, standingOf } from '../service/analyse.js';
import { type Chosen, chooseFiles } from '../service/choose-files.js';
import { type RecordingReader, recordingReader } from '../service/result-cache.js';
import type { KernelParser } from '../syntax/index.js';
import type { SessionOptions, Wear } from './index.js';
import { SeenOnDisk } from './seen-on-disk.js';

/** Programs kept at a time: an editor asks about a few sets of files in turn. */
const MAX_PROGRAMS = 3;

/** A line typed in virtio_net.c of 6.12 makes some 400 nodes; one takes 110 bytes. */
const usualWear: Wear = { worn: 80_000, most: 200_000 };

/** A program, and what outlives one report of it. */
interface Image {
  readonly program: Program;
  readonly standing: Standing;
  readonly wanted: Selection;
  /** Nodes of formulas when it was asked for its second report; 0 before. */
  nodesAtFirst: number;
}

export class Images {
  private readonly options: SessionOptions;
  private readonly parser: KernelParser;
  /** Texts in place of those on disk. */
  private readonly open = new Map<string, string>();
  /** Files whose text may be another than the programs know. */
  private readonly pending = new Set<string>();
  /** What the texts were read from, and all that was asked of it. */
  private onDisk: RecordingReader;
  private readonly seen: SeenOnDisk;
  private texts: Texts;
  /** By what was chosen; the last used last. */
  private readonly images = new Map<string, Image>();
  /** By the files asked for; good for the texts as they bear on the choice. */
  private readonly choices = new Map<string, Chosen>();

  constructor(options: SessionOptions, parser: KernelParser) {
    this.options = options;
    this.parser = parser;
    this.seen = new SeenOnDisk(options.root);
    this.onDisk = recordingReader(diskReader(options.root));
    this.texts = this.newTexts();
  }

  /** Open texts, and what the rest was read from. */
  get sources(): { readonly texts: ReadonlyMap<string, string>; readonly onDisk: RecordingReader } {
    return { texts: this.open, onDisk: this.onDisk };
  }

  edit(file: string, text: string | null): void {
    const before = this.open.get(file);
    if (text === null) {
      if (!this.open.delete(file)) return;
    } else {
      if (before === text) return;
      this.open.set(file, text);
    }
    this.pending.add(file);
  }

  changedOnDisk(files: readonly string[] | null): void {
    if (files === null || files.some((file) => !this.open.has(file))) this.forgetTexts();
  }

  forget(): void {
    this.open.clear();
    this.forgetTexts();
  }

  /** The report on the files, to be worked out a piece at a time; edits made meanwhile wait for the next. */
  async report(files: readonly string[]): Promise<Steps<Analysed>> {
    this.takeUpEdits();
    const { program, standing, wanted } = await this.imageOf(files);
    program.ledger.nextRound();
    const { rules, outcomes } = this.options;
    return reportSteps(program, wanted, { rules, timings: false, ...(outcomes && { outcomes }) }, standing);
  }

  /** Whether a program holds much that typing has left behind. */
  get isWorn(): boolean {
    return [...this.images.values()].some((image) => this.wearOf(image) > this.wear.worn);
  }

  /** Lets worn programs go: the next report begins them anew. */
  dropWorn(): void {
    for (const [key, image] of this.images) if (this.wearOf(image) > this.wear.worn) this.images.delete(key);
  }

  private wearOf(image: Image): number {
    return image.nodesAtFirst === 0 ? 0 : nodesOf(image) - image.nodesAtFirst;
  }

  private get wear(): Wear {
    return this.options.wear ?? usualWear;
  }

  // ---- texts -------------------------------------------------------------------------------------------------

  private newTexts(): Texts {
    // What is no C text has no facts that could change one by one: build rules are read as they stand.
    const others = new Map([...this.open].filter(([file]) => !isCFile(file)));
    this.onDisk = recordingReader(this.seen.watching(diskReader(this.options.root)));
    return new Texts(overlayReader(this.onDisk, others), this.parser);
  }

  hasChangedOnDisk(): boolean {
    return this.seen.hasChanged();
  }

  private forgetTexts(): void {
    this.seen.forget();
    this.images.clear();
    this.choices.clear();
    this.texts = this.newTexts();
    this.pending.clear();
    for (const file of this.open.keys()) this.pending.add(file);
  }

  private takeUpEdits(): void {
    if ([...this.pending].some((file) => !isCFile(file))) {
      this.forgetTexts();
      for (const file of [...this.pending]) if (!isCFile(file)) this.pending.delete(file);
    }
    const edited = [...this.pending];
    this.pending.clear();
    for (const file of edited) {
      const text = this.open.get(file) ?? this.textOnDisk(file);
      if (text !== null) this.take(file, text);
      else if (this.texts.live.has(file)) {
        // It was there as long as it was open.
        this.forgetTexts();
        this.takeUpEdits();
        return;
      }
    }
  }

  private textOnDisk(file: string): string | null {
    const content = this.texts.reader.read(file);
    return content !== null && 'text' in content ? content.text : null;
  }

  private take(file: string, text: string): void {
    const { texts } = this;
    const live = texts.live.get(file);
    if (live?.text === text) return;
    const before = live ?? texts.unit(file);
    const includes = before === null ? null : JSON.stringify(before.includes);
    texts.edit(file, text);
    const hasOtherIncludes = includes !== JSON.stringify(texts.live.get(file)?.includes);
    for (const { program } of this.images.values()) program.edited(file, hasOtherIncludes);
  }

  // ---- programs ----------------------------------------------------------------------------------------------

  private async imageOf(files: readonly string[]): Promise<Image> {
    const { tree, wanted, all } = await this.chosen(files);
    const key = JSON.stringify([tree, wanted, all]);
    let image = this.images.get(key);
    if (image?.nodesAtFirst === 0) image.nodesAtFirst = nodesOf(image);
    // Formulas are never let go one by one: hours of typing would make too many.
    if (image !== undefined && this.wearOf(image) > this.wear.most) image = undefined;
    if (image === undefined) image = this.newImage(tree, wanted, all);
    this.images.delete(key);
    this.images.set(key, image);
    for (const oldest of this.images.keys()) {
      if (this.images.size <= MAX_PROGRAMS) break;
      this.images.delete(oldest);
    }
    return image;
  }

  private newImage(tree: KernelTree, wanted: Selection, files: readonly string[]): Image {
    const program = createLiveProgram(this.texts, { tree, files, parser: this.parser, isHeaderFollowed });
    return { program, standing: standingOf(program, this.options.outcomes), wanted, nodesAtFirst: 0 };
  }

  private async chosen(files: readonly string[]): Promise<Chosen> {
    const reader = this.reader();
    const key = JSON.stringify(files);
    const known = this.choices.get(key);
    if (known?.stillHolds(this.open, reader)) return known;
    const { root } = this.options;
    const paths = files.map((file) => resolve(root, file));
    const chosen = await chooseFiles({ root, paths, overlay: new Map(this.open), reader });
    this.choices.set(key, chosen);
    return chosen;
  }

  private reader(): SourceReader {
    const overlay: Overlay = this.open;
    return overlayReader(diskReader(this.options.root), overlay);
  }
}

function nodesOf({ standing }: Image): number {
  return standing.resolver.atoms.formulas.size;
}
