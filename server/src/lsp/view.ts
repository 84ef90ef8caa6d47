/** What features answer from: one document, as it was analysed. */
import { pathToFileURL } from 'node:url';
import type { Inventory, Site } from '../analysis/index.js';
import type { Program } from '../program/index.js';
import type { Report } from '../report/report.js';
import type { Finding } from '../rules/index.js';
import type { Client } from './client.js';
import { Positions } from './positions.js';
import type { WireLocation } from './protocol.js';
import type { Settings } from './settings.js';
import type { Tree } from './trees.js';

export interface DocumentView {
  readonly uri: string;
  /** Relative to the tree. */
  readonly file: string;
  /** Of the document, when it was analysed. */
  readonly version: number;
  readonly positions: Positions;
  readonly tree: Tree;
  /** On all open files of the tree. */
  readonly report: Report;
  readonly program: Program;
  readonly inventory: Inventory;
  /** Those of this file; of the findings, those the user did not accept. */
  readonly sites: readonly Site[];
  readonly findings: readonly Finding[];
  readonly settings: Settings;
  readonly client: Client;
  /** Where a place of any file of the tree is; open files go by the client's own URI. */
  readonly locate: (file: string, range: Site['range']) => WireLocation;
  readonly positionsIn: (file: string) => Positions;
  readonly uriOf: (file: string) => string;
}

export interface ViewParts
  extends Pick<DocumentView, 'uri' | 'file' | 'version' | 'tree' | 'report' | 'program' | 'inventory'> {
  readonly positions: Positions;
  readonly settings: Settings;
  /** Fingerprints of findings that are not shown. */
  readonly accepted: ReadonlySet<string>;
  readonly client: Client;
  /** The client's URI of an open file of the tree. */
  readonly openUri: (file: string) => string | null;
}

export function documentView(parts: ViewParts): DocumentView {
  const { openUri, accepted, ...rest } = parts;
  const uriOf = (file: string): string =>
    openUri(file) ?? pathToFileURL(`${parts.tree.root}/${file}`).toString();
  const known = new Map<string, Positions>([[parts.file, parts.positions]]);
  const positionsIn = (file: string): Positions => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const lines = parts.program.lines(file);
    const text = parts.program.source(file)?.text ?? '';
    const made = Positions.of(text, parts.client.encoding, lines);
    known.set(file, made);
    return made;
  };
  return {
    ...rest,
    sites: parts.report.sites.filter((site) => site.file === parts.file),
    findings: parts.report.findings.filter(
      ({ file, fingerprint }) => file === parts.file && !accepted.has(fingerprint),
    ),
    uriOf,
    positionsIn,
    locate: (file, range) => ({ uri: uriOf(file), range: positionsIn(file).range(range) }),
  };
}
