/** What features answer from: one document, as it was analysed. */
import { pathToFileURL } from 'node:url';
import type { Inventory, Site } from '../analysis/index.js';
import type { Program } from '../program/index.js';
import type { Report } from '../report/report.js';
import type { Finding } from '../rules/index.js';
import type { LineIndex } from '../text/line-index.js';
import type { Client } from './client.js';
import { Positions } from './positions.js';
import type { WireLocation } from './protocol.js';
import type { Settings } from './settings.js';
import type { Tree } from './trees.js';

/** What a report alone tells of a document. */
export interface ReportView {
  readonly uri: string;
  /** Relative to the tree. */
  readonly file: string;
  /** Of the document, when it was analysed. */
  readonly version: number;
  readonly positions: Positions;
  readonly tree: Tree;
  /** On all open files of the tree. */
  readonly report: Report;
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

export interface DocumentView extends ReportView {
  readonly program: Program;
  readonly inventory: Inventory;
}

export interface ReportParts
  extends Pick<
    ReportView,
    'uri' | 'file' | 'version' | 'tree' | 'report' | 'positions' | 'settings' | 'client'
  > {
  /** Fingerprints of findings that are not shown. */
  readonly accepted: ReadonlySet<string>;
  /** The client's URI of an open file of the tree. */
  readonly openUri: (file: string) => string | null;
  /** Another file of the tree, and its lines where they are known. */
  readonly read: (file: string) => { readonly text: string; readonly lines: LineIndex | null };
}

export function reportView(parts: ReportParts): ReportView {
  const { openUri, accepted, read, ...rest } = parts;
  const uriOf = (file: string): string =>
    openUri(file) ?? pathToFileURL(`${parts.tree.root}/${file}`).toString();
  const known = new Map<string, Positions>([[parts.file, parts.positions]]);
  const positionsIn = (file: string): Positions => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const { text, lines } = read(file);
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

export interface ViewParts extends Omit<ReportParts, 'read'> {
  readonly program: Program;
  readonly inventory: Inventory;
}

export function documentView({ program, inventory, ...parts }: ViewParts): DocumentView {
  const read: ReportParts['read'] = (file) => ({ text: program.wholeText(file), lines: program.lines(file) });
  const view = reportView({ ...parts, read });
  return {
    ...view,
    program,
    inventory,
  };
}
