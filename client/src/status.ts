/** What the server does, in the language status of the editor: no bar of our own, and no messages. */
import { type Disposable, type LanguageStatusItem, LanguageStatusSeverity, languages } from 'vscode';
import type { ServerStatus, TreeStatus } from '../../server/src/lsp/protocol.js';
import type { Server } from './server.js';

const documents = [{ language: 'c' }, { language: 'diff' }, { language: 'mbox' }, { pattern: '**/*.{c,h}' }];

export class StatusItems implements Disposable {
  private readonly work: LanguageStatusItem;
  private readonly tree: LanguageStatusItem;
  private readonly subscription: Disposable;

  constructor(server: Server) {
    this.work = item('work', 'vringside: server', { title: 'Show log', command: 'vringside.showLog' });
    this.tree = item('tree', 'vringside: kernel tree', { title: 'Restart', command: 'vringside.restart' });
    this.show(server.status);
    this.subscription = server.onStatus((status) => this.show(status));
  }

  dispose(): void {
    this.subscription.dispose();
    this.work.dispose();
    this.tree.dispose();
  }

  private show(status: ServerStatus | null): void {
    const { text, detail, severity, isBusy } = workWords(status);
    this.work.text = text;
    this.work.detail = detail;
    this.work.severity = severity;
    this.work.busy = isBusy;
    const trees = status?.trees ?? [];
    this.tree.text = trees.length === 0 ? 'no kernel tree open' : trees.map(treeName).join(', ');
    this.tree.detail = trees.map(treeWords).join('; ');
  }
}

function item(id: string, name: string, command: LanguageStatusItem['command']): LanguageStatusItem {
  const made = languages.createLanguageStatusItem(`vringside.${id}`, documents);
  made.name = name;
  made.command = command;
  return made;
}

interface WorkWords {
  readonly text: string;
  readonly detail: string;
  readonly severity: LanguageStatusSeverity;
  readonly isBusy: boolean;
}

function workWords(status: ServerStatus | null): WorkWords {
  const severity = LanguageStatusSeverity.Information;
  if (status === null)
    return {
      text: '$(error) vringside stopped',
      detail: '',
      severity: LanguageStatusSeverity.Error,
      isBusy: false,
    };
  const last = status.lastMs === null ? '' : `last run ${msText(status.lastMs)}`;
  switch (status.state) {
    case 'starting':
      return { text: 'vringside starts', detail: status.message, severity, isBusy: true };
    case 'running':
      return { text: 'vringside reads', detail: status.message, severity, isBusy: true };
    case 'idle':
      return { text: '$(check) vringside', detail: last, severity, isBusy: false };
    case 'degraded':
      return {
        text: '$(warning) vringside',
        detail: status.message,
        severity: LanguageStatusSeverity.Warning,
        isBusy: false,
      };
  }
}

function msText(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

function treeName({ kernelVersion, root }: TreeStatus): string {
  return kernelVersion === null ? (root.split('/').at(-1) ?? root) : `Linux ${kernelVersion}`;
}

function treeWords({ files, sites, findings, notUnderstood }: TreeStatus): string {
  const parts = [counted(findings, 'finding'), `${counted(sites, 'site')} in ${counted(files, 'open file')}`];
  if (notUnderstood > 0) parts.push(`${counted(notUnderstood, 'function')} not understood`);
  return parts.join(', ');
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
