import { outcomes } from '@vringside/grammars/outcomes';
import { siteKinds } from '@vringside/grammars/site-kinds';
import { print } from '../../report/json.js';
import { markdownToText, outcomePage, siteKindPage } from '../../report/page.js';
import type { Style } from '../../report/style.js';
import type { Settings } from '../arguments.js';
import { didYouMean, type ExitStatus, exitStatus, UsageError } from '../failure.js';
import { deliver, targetOf } from '../output.js';
import type { Io, RuleInfo, Services } from '../services.js';
import { styleFor } from '../terminal.js';

/** Something there is a page on. */
export interface Topic {
  readonly id: string;
  readonly type: 'rule' | 'outcome' | 'site-kind';
  readonly title: string;
  /** Markdown. */
  readonly page: string;
}

const groups: readonly { readonly type: Topic['type']; readonly heading: string }[] = [
  { type: 'rule', heading: 'Rules' },
  { type: 'outcome', heading: 'Outcomes' },
  { type: 'site-kind', heading: 'Kinds of sites' },
];

export async function runExplain(settings: Settings, io: Io, services: Services): Promise<ExitStatus> {
  const topics = allTopics(await services.rules());
  const [id, extra] = settings.operands;
  if (extra !== undefined) throw new UsageError(`one topic at a time, not also '${extra}'`, 'explain');
  const target = targetOf(settings, io);
  const style = styleFor(settings.color, target, io.env);
  const isJson = settings.format === 'json';
  if (id === undefined) {
    const list = topics.map((topic) => ({ id: topic.id, type: topic.type, title: topic.title }));
    deliver(isJson ? print({ schema: 'vringside/1', topics: list }) : index(topics, style), settings, io);
    return exitStatus.ok;
  }
  const topic = find(topics, id);
  const json = { id: topic.id, type: topic.type, title: topic.title, page: topic.page };
  deliver(
    isJson ? print({ schema: 'vringside/1', topic: json }) : markdownToText(topic.page, style),
    settings,
    io,
  );
  return exitStatus.ok;
}

export function allTopics(rules: readonly RuleInfo[]): Topic[] {
  return [
    ...rules.map((rule): Topic => ({ id: rule.id, type: 'rule', title: rule.summary, page: rule.page })),
    ...outcomes.map((o): Topic => ({ id: o.id, type: 'outcome', title: o.title, page: outcomePage(o) })),
    ...siteKinds.map((k): Topic => ({ id: k.id, type: 'site-kind', title: k.title, page: siteKindPage(k) })),
  ];
}

function find(topics: readonly Topic[], id: string): Topic {
  const topic =
    topics.find((t) => t.id === id) ?? topics.find((t) => t.id.toLowerCase() === id.toLowerCase());
  if (topic !== undefined) return topic;
  const near = didYouMean(
    id,
    topics.map((t) => t.id),
  );
  throw new UsageError(`there is no page on '${id}'${near}; 'vringside explain' lists what there is`);
}

function index(topics: readonly Topic[], style: Style): string {
  const width = Math.max(...topics.map((topic) => topic.id.length));
  const sections = groups.map(({ type, heading }) => {
    const rows = topics.filter((topic) => topic.type === type);
    if (rows.length === 0) return '';
    return [style.bold(heading), ...rows.map((t) => `  ${style.cyan(t.id.padEnd(width))}  ${t.title}`)].join(
      '\n',
    );
  });
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}
