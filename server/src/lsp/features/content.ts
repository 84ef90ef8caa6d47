/** Documents the server gives (`workspace/textDocumentContent`): pages, traces of the model, files as a patch leaves them. */
import {
  CancellationToken,
  TextDocumentContentRefreshRequest,
  type CancellationToken as Token,
} from 'vscode-languageserver/node';
import type { PlatformId } from '../../model/index.js';
import { contentScheme, type TraceResult } from '../protocol.js';
import { requestView } from '../requests/register.js';
import { traceOf } from '../requests/trace.js';
import type { Server } from '../server.js';
import { code, table } from './markdown.js';
import { pageOf, topicOf } from './pages.js';

/** Milliseconds after an analysis before the client is told that a document may read otherwise. */
const REFRESH_MS = 300;

export interface TraceAddress {
  readonly uri: string;
  readonly platform: string;
  readonly device: string;
  readonly policy: string;
}

export function traceUri({ uri, platform, device, policy }: TraceAddress): string {
  return `${contentScheme}:/trace/${platform}/${device}/${policy}.md?${encodeURIComponent(uri)}`;
}

/** A file of the tree as the patch document leaves it. */
export function patchedUri(patch: string, file: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return `${contentScheme}:/patched/${path}?${encodeURIComponent(patch)}`;
}

export function provideContent(server: Server): void {
  const { connection, guard } = server;
  /** Documents that say something of texts under edit, as far as the client asked for them. */
  const shown = new Set<string>();
  connection.workspace.textDocumentContent.on(({ uri }, token) =>
    guard.answer('content', { text: '' }, async () => {
      if (topicOf(uri) === null) shown.add(uri);
      return { text: await contentOf(server, uri, token) };
    }),
  );
  let timer: NodeJS.Timeout | null = null;
  const refresh = (): void => {
    if (timer !== null || shown.size === 0) return;
    timer = setTimeout(() => {
      timer = null;
      for (const uri of shown) {
        void connection
          .sendRequest(TextDocumentContentRefreshRequest.type, { uri })
          .catch(() => shown.delete(uri));
      }
    }, REFRESH_MS);
    timer.unref();
  };
  server.analysed.add(refresh);
  server.documentChanged.add(refresh);
}

/** What there is to read; a line that says why, where there is nothing. */
export async function contentOf(
  server: Server,
  uri: string,
  token: Token = CancellationToken.None,
): Promise<string> {
  const topic = topicOf(uri);
  if (topic !== null) return pageOf(topic) ?? `There is no page on ${topic}.\n`;
  const [, kind = '', path = '', query = ''] =
    new RegExp(`^${contentScheme}:/+(trace|patched)/([^?#]+)\\?([^#]*)$`).exec(uri) ?? [];
  if (kind === 'trace') return trace(server, path.split('/'), decodeURIComponent(query), token);
  if (kind === 'patched') return patched(server, decodeURIComponent(path), decodeURIComponent(query));
  return `There is nothing to show at ${uri}.\n`;
}

async function trace(
  server: Server,
  [platform = '', device = '', last = '']: readonly string[],
  uri: string,
  token: Token,
): Promise<string> {
  const view = await server.viewOf(uri, token);
  if (view === null) return `${uri} is not open: its trace cannot be run.\n`;
  try {
    const result = traceOf(requestView(view), {
      file: view.file,
      offset: null,
      platform: platform as PlatformId,
      device: device as Parameters<typeof traceOf>[1]['device'],
      policy: decodeURIComponent(last.replace(/\.md$/, '')),
    });
    return tracePage(result);
  } catch (error) {
    // A name that is no platform, device or policy: the address was made by hand.
    if (error instanceof RangeError) return `${error.message}\n`;
    throw error;
  }
}

function tracePage({ title, word, why, notes, facts, phases }: TraceResult): string {
  const head = [`# ${title}`, `**${word}**${why === '' ? '' : `: ${why}`}`, ...notes, table(['', ''], facts)];
  const parts = phases.map(({ title: heading, scenes, note }) => {
    const lines = scenes.map((scene, index) => {
      const at = scene.source === null ? '' : ` (${scene.source.label})`;
      const bytes = scene.bytes.map(({ label, text }) => `\n   - ${label} ${code(text)}`).join('');
      const detail = scene.detail === '' ? '' : `: ${scene.detail}`;
      return `${index + 1}. **${scene.actor}** ${scene.title}${detail}${at}${bytes}`;
    });
    return [`## ${heading}`, lines.join('\n'), note].filter((part) => part !== '').join('\n\n');
  });
  return `${[...head, ...parts].join('\n\n')}\n`;
}

async function patched(server: Server, file: string, uri: string): Promise<string> {
  const document = server.documents.get(uri);
  if (document?.kind !== 'patch') return `${uri} is not open.\n`;
  const state = await server.patches.stateOf(document);
  if (state === null) return '';
  if ('refused' in state) return `${state.refused.message}\n`;
  const image = state.review.applied.files.get(file);
  if (image === undefined) return `The patch leaves ${file} as it is.\n`;
  return image.text ?? `The patch removes ${file}.\n`;
}
