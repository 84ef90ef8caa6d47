/** Which files a report on some paths is about, and which it is read from. */
import { coreFolders, relevantWords, subjectName } from '@vringside/grammars/relevance';
import { wordTest } from '../program/files/overlay.js';
import {
  isCFile,
  type KernelTree,
  type Overlay,
  overlaidTree,
  relativePath,
  type Selection,
  type SourceReader,
  selectFiles,
  treeAt,
} from '../program/index.js';
import { suppressionWord } from '../suppress/index.js';
import { siblings } from './siblings.js';

export interface ChoiceOptions {
  readonly root: string;
  /** Absolute. */
  readonly paths: readonly string[];
  readonly overlay: Overlay;
  /** With the overlay's texts. */
  readonly reader: SourceReader;
}

export interface Chosen {
  readonly tree: KernelTree;
  /** What the report is about: of the files selected, those that take part. */
  readonly wanted: Selection;
  /** What it is read from. */
  readonly all: readonly string[];
  /** Whether the choice is the same with the texts of another overlay. */
  stillHolds(overlay: Overlay, reader: SourceReader): boolean;
}

export async function chooseFiles({ root, paths, overlay, reader }: ChoiceOptions): Promise<Chosen> {
  const tree = overlaidTree(treeAt(root), overlay);
  const [wanted, core] = await Promise.all([
    selectFiles({ root: tree.root, paths, overlay }),
    selectFiles({ root: tree.root, paths: presentFolders(tree), overlay }),
  ]);
  const around = union(
    core.files,
    siblings(tree.root, wanted.named, overlay).filter((file) => speaksOfSubject(reader, file)),
  );
  const takesPart = (file: string): boolean => wanted.named.includes(file) || speaksOfSubject(reader, file);
  const files = wanted.files.filter(takesPart);
  const bearing = bearingOf(overlay, reader, wanted.named);
  return {
    tree,
    wanted: { ...wanted, files },
    all: union(files, around),
    stillHolds: (now, texts) => bearing === bearingOf(now, texts, wanted.named),
  };
}

/** All of an overlay that bears on the choice of files. A file that is named is chosen whatever it holds. */
function bearingOf(overlay: Overlay, reader: SourceReader, named: readonly string[]): string {
  const isRelevant = wordTest(relevantWords);
  const bearing = [...overlay].map(([file, text]) => {
    if (!isCFile(file)) return [file, file === 'Makefile' ? text : ''];
    const isCore = coreFolders.some((folder) => file.startsWith(`${folder}/`));
    const holds = text !== null && (isCore || !named.includes(file)) && isRelevant(text);
    return [file, text === null, holds, named.includes(file) || speaksOfSubject(reader, file)];
  });
  return JSON.stringify(bearing.sort());
}

/**
 * Whether the code of a file, comments aside, names anything of the subject, or a comment suppresses findings. What cannot be
 * read is left to the program to report.
 */
export function speaksOfSubject(reader: SourceReader, file: string): boolean {
  const content = reader.read(file);
  if (content === null || !('text' in content)) return true;
  return (
    content.text.includes(suppressionWord) ||
    (subjectName.test(content.text) &&
      subjectName.test(content.text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ')))
  );
}

/** Folders whose decisions all other files hang on, where the tree has them. */
export function presentFolders(tree: KernelTree): string[] {
  return coreFolders.filter((folder) => relativePath(tree.root, folder) !== null);
}

export function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort();
}
