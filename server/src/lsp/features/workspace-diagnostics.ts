/** Findings in files that are not open: every folder of the client is checked, and again when something on disk changed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import {
  type CancellationToken,
  type Diagnostic,
  DocumentDiagnosticReportKind,
  type WorkDoneProgressReporter,
  type WorkspaceDiagnosticParams,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import { findTree, userCacheFolder } from '../../program/index.js';
import type { Finding, Level } from '../../rules/index.js';
import { decodeSource } from '../../text/decode.js';
import { type Checked, checkFolder } from '../check-folder.js';
import { cancelled } from '../guarded.js';
import { Positions } from '../positions.js';
import type { WireRange } from '../protocol.js';
import type { Server } from '../server.js';
import { findingDiagnostic } from './diagnostics.js';

/** Files told of in one piece. */
const CHUNK = 50;

export function checkWorkspace(server: Server): void {
  const { connection, guard } = server;
  /** Raised by what may change the findings of files that are not open. */
  let epoch = 1;
  let givenEpoch = 0;
  const waiting = new Set<() => void>();
  const stale = (): void => {
    epoch += 1;
    for (const wake of waiting) wake();
  };
  server.diskChanged.add(stale);
  server.settingsChanged.add(stale);

  /** A client asks again as soon as it was answered: until there is something to say it is kept waiting. */
  const untilStale = (token: CancellationToken): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        heard.dispose();
        resolve();
      };
      const heard = token.onCancellationRequested(wake);
      waiting.add(wake);
    });

  connection.languages.diagnostics.onWorkspace((params, token, progress, results) =>
    guard.answer('workspace diagnostics', { items: [] }, async () => {
      const isWanted = (): boolean => server.settings.workspaceDiagnostics;
      const isAnswered = givenEpoch === epoch && params.previousResultIds.length > 0;
      if (isAnswered) await untilStale(token);
      // What was told before the setting was turned off is taken back once; then there is nothing to say.
      while (!isWanted() && params.previousResultIds.length === 0 && !token.isCancellationRequested) {
        await untilStale(token);
      }
      if (token.isCancellationRequested) throw cancelled();
      const now = epoch;
      const items = await itemsOf(server, params, token, progress);
      if (token.isCancellationRequested) throw cancelled();
      givenEpoch = now;
      if (results === undefined) return { items };
      for (let at = 0; at < items.length; at += CHUNK) results.report({ items: items.slice(at, at + CHUNK) });
      return { items: [] };
    }),
  );
}

async function itemsOf(
  server: Server,
  { previousResultIds }: WorkspaceDiagnosticParams,
  token: CancellationToken,
  progress: WorkDoneProgressReporter,
): Promise<WorkspaceDocumentDiagnosticReport[]> {
  const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
  const found = new Map<string, Diagnostic[]>();
  progress.begin('vringside', 0, 'checking the workspace', true);
  try {
    const folders = server.settings.workspaceDiagnostics ? server.trees.folders : [];
    for (const folder of folders) {
      const root = findTree(folder)?.root ?? folder;
      const checked = await check(server, root, folder, token, progress);
      if (checked === null) return [];
      for (const [uri, items] of diagnosticsIn(server, root, checked)) found.set(uri, items);
    }
  } finally {
    progress.done();
  }
  const isOpen = new Set(server.documents.all().map(({ uri }) => uri));
  // What was told of a file that has no findings any more is taken back.
  for (const uri of previous.keys()) if (!found.has(uri)) found.set(uri, []);
  return [...found]
    .filter(([uri]) => !isOpen.has(uri))
    .map(([uri, items]) => {
      const resultId = createHash('sha1').update(JSON.stringify(items)).digest('base64url');
      return previous.get(uri) === resultId
        ? { kind: DocumentDiagnosticReportKind.Unchanged, uri, version: null, resultId }
        : { kind: DocumentDiagnosticReportKind.Full, uri, version: null, resultId, items };
    });
}

async function check(
  server: Server,
  root: string,
  folder: string,
  token: CancellationToken,
  progress: WorkDoneProgressReporter,
): Promise<Checked | null> {
  const stop = new AbortController();
  const heard = token.onCancellationRequested(() => stop.abort());
  const settings = server.settings;
  let told = 0;
  try {
    return await checkFolder(
      {
        root,
        folder,
        cacheDir: settings.cache ? userCacheFolder() : null,
        rules: Object.entries(settings.rules) as [string, Level | 'off'][],
        outcomes: { platforms: settings.platforms, devices: settings.devices, policy: settings.policy },
      },
      ({ done, total, what }) => {
        const percent = total === 0 ? 0 : Math.floor((100 * done) / total);
        if (percent === told) return;
        told = percent;
        progress.report(percent, `${what} ${done}/${total}`);
      },
      stop.signal,
    );
  } finally {
    heard.dispose();
  }
}

function diagnosticsIn(
  { client, baselines, settings }: Server,
  root: string,
  { findings }: Checked,
): ReadonlyMap<string, Diagnostic[]> {
  const texts = new Map<string, Positions>();
  const rangeIn = (file: string, range: Finding['range']): WireRange => {
    const known = texts.get(file) ?? Positions.of(textOf(`${root}/${file}`), client.encoding);
    texts.set(file, known);
    return known.range(range);
  };
  const uriOf = (file: string): string => pathToFileURL(`${root}/${file}`).toString();
  const found = new Map<string, Diagnostic[]>();
  const accepted = baselines.known(root, settings.baseline);
  for (const finding of findings) {
    if (accepted.has(finding.fingerprint)) continue;
    const uri = uriOf(finding.file);
    const related = finding.related.map(({ file, range, message }) => ({
      location: { uri: uriOf(file), range: rangeIn(file, range) },
      message,
    }));
    const own = found.get(uri) ?? [];
    found.set(uri, own);
    own.push(findingDiagnostic(finding, rangeIn(finding.file, finding.range), related, client));
  }
  return found;
}

function textOf(path: string): string {
  try {
    const source = decodeSource(readFileSync(path));
    return 'text' in source ? source.text : '';
  } catch {
    // Gone since it was checked.
    return '';
  }
}
