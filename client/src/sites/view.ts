/** The view "Virtio/DMA Sites": what the server found in the open documents, in groups. */
import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  MarkdownString,
  type Memento,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  Uri,
  window,
} from 'vscode';
import { type SitesResult, sitesMethod } from '../../../server/src/lsp/protocol.js';
import type { Outcome } from '../../../server/src/model/index.js';
import type { Server } from '../server.js';
import { type Grouping, groupSites, type PlacedSite, type SiteGroup } from './grouping.js';

type Node = SiteGroup | PlacedSite;

const GROUPING = 'vringside.grouping';

export class SitesView implements TreeDataProvider<Node>, Disposable {
  private readonly server: Server;
  private readonly memory: Memento;
  private readonly view: TreeView<Node>;
  private readonly changed = new EventEmitter<void>();
  private readonly subscriptions: readonly Disposable[];
  private grouping: Grouping;
  private groups: readonly SiteGroup[] = [];
  /** Answers that come late are dropped. */
  private asked = 0;

  readonly onDidChangeTreeData: Event<void> = this.changed.event;

  constructor(server: Server, memory: Memento) {
    this.server = server;
    this.memory = memory;
    this.grouping = memory.get<Grouping>(GROUPING, 'file');
    this.view = window.createTreeView('vringside.sites', { treeDataProvider: this, showCollapseAll: true });
    this.subscriptions = [
      server.onSitesChanged(() => void this.refresh()),
      server.onStatus((status) => status === null && void this.refresh()),
      commands.registerCommand('vringside.sites.groupByFile', () => this.group('file')),
      commands.registerCommand('vringside.sites.groupByOutcome', () => this.group('outcome')),
      commands.registerCommand('vringside.sites.groupByKind', () => this.group('kind')),
      this.view.onDidChangeVisibility(({ visible }) => visible && void this.refresh()),
    ];
    void commands.executeCommand('setContext', GROUPING, this.grouping);
  }

  getChildren(node?: Node): readonly Node[] & Node[] {
    if (node === undefined) return [...this.groups];
    return isGroup(node) ? [...node.sites] : [];
  }

  getParent(node: Node): Node | null {
    if (isGroup(node)) return null;
    return this.groups.find(({ sites }) => sites.includes(node)) ?? null;
  }

  getTreeItem(node: Node): TreeItem {
    return isGroup(node) ? groupItem(node) : siteItem(node, this.grouping);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.view.dispose();
    this.changed.dispose();
  }

  private async group(grouping: Grouping): Promise<void> {
    this.grouping = grouping;
    await this.memory.update(GROUPING, grouping);
    await commands.executeCommand('setContext', GROUPING, grouping);
    await this.refresh();
  }

  private async refresh(): Promise<void> {
    this.asked += 1;
    const asked = this.asked;
    const result = await this.server.ask<SitesResult>(sitesMethod, {});
    if (asked !== this.asked) return;
    this.groups = groupSites(result?.files ?? [], this.grouping);
    const count = this.groups.reduce((sum, { sites }) => sum + sites.length, 0);
    this.view.description = count === 0 ? '' : `${count} in open files`;
    await commands.executeCommand('setContext', 'vringside.hasSites', count > 0);
    this.changed.fire();
  }
}

function isGroup(node: Node): node is SiteGroup {
  return 'sites' in node;
}

// ---- items

function groupItem(group: SiteGroup): TreeItem {
  const item = new TreeItem(group.title, TreeItemCollapsibleState.Expanded);
  item.id = `group ${group.id}`;
  item.description = String(group.sites.length);
  if (group.uri === null) item.iconPath = iconOf(group.worst);
  else {
    item.resourceUri = Uri.parse(group.uri);
    item.iconPath = ThemeIcon.File;
  }
  const worst = group.worst === null ? '' : `, worst outcome ${group.worst}`;
  item.accessibilityInformation = { label: `${group.title}, ${counted(group.sites.length)}${worst}` };
  return item;
}

function siteItem({ site, file }: PlacedSite, grouping: Grouping): TreeItem {
  const line = site.location.range.start.line + 1;
  const name = site.function === '' ? site.expression : `${site.function}()`;
  const item = new TreeItem(name, TreeItemCollapsibleState.None);
  item.id = `site ${site.id}`;
  item.contextValue = 'site';
  item.iconPath = iconOf(site.worst);
  const place = grouping === 'file' ? String(line) : `${file.split('/').at(-1)}:${line}`;
  const what = grouping === 'kind' ? site.expression : site.title;
  item.description = `${place}  ${what}`;
  item.tooltip = tooltip(site, file, line);
  item.command = {
    title: 'Go to Site',
    command: 'vringside.goTo',
    arguments: [site.location],
  };
  const outcome = site.worst === null ? 'not run' : `worst outcome ${site.worst}`;
  item.accessibilityInformation = { label: `${name}, ${site.title}, line ${line}, ${outcome}` };
  return item;
}

function tooltip(site: PlacedSite['site'], file: string, line: number): MarkdownString {
  const outcomes = site.outcomes.map(({ outcome, count }) => `${outcome} ${count}`).join(' · ');
  return new MarkdownString()
    .appendMarkdown(`**${site.title}**\n\n`)
    .appendCodeblock(site.expression, 'c')
    .appendText([site.when ?? 'always reached', outcomes, `${file}:${line}`].filter(Boolean).join('\n\n'));
}

function iconOf(worst: Outcome | null): ThemeIcon {
  switch (worst) {
    case null:
      return new ThemeIcon('circle-outline', new ThemeColor('disabledForeground'));
    case 'direct':
    case 'bounced':
      return new ThemeIcon('pass', new ThemeColor('testing.iconPassed'));
    case 'refused':
      return new ThemeIcon('circle-slash', new ThemeColor('list.warningForeground'));
    case 'undecided':
      return new ThemeIcon('question', new ThemeColor('list.warningForeground'));
    case 'ciphertext':
    case 'stale':
    case 'fault':
    case 'misread':
    case 'exhausted':
      return new ThemeIcon('error', new ThemeColor('list.errorForeground'));
  }
}

function counted(n: number): string {
  return `${n} site${n === 1 ? '' : 's'}`;
}
