/** Pages on rules, outcomes and kinds of sites: as documents the server gives, or as the files it ships. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { outcomes } from '@vringside/grammars/outcomes';
import { siteKinds } from '@vringside/grammars/site-kinds';
import { outcomePage, siteKindPage } from '../../report/page.js';
import { ruleInfos } from '../../rules/index.js';
import type { Client } from '../client.js';
import { contentScheme, pageUri } from '../protocol.js';

/** Where the page of a rule is found by this client. */
export function rulePageUri(rule: string, client: Pick<Client, 'providesContent'>): string {
  const shipped = new URL('./rules.md', import.meta.url);
  if (client.providesContent || !existsSync(fileURLToPath(shipped))) return pageUri(rule);
  return `${shipped.toString()}#${rule}`;
}

/** The page of a topic in Markdown; null where there is none. */
export function pageOf(topic: string): string | null {
  const rule = ruleInfos.find(({ id }) => id === topic);
  if (rule !== undefined) return rule.page;
  const outcome = outcomes.find(({ id }) => id === topic);
  if (outcome !== undefined) return outcomePage(outcome);
  const kind = siteKinds.find(({ id }) => id === topic);
  return kind === undefined ? null : siteKindPage(kind);
}

/** The topic of a `vringside:/explain/…` URI; null for another. */
export function topicOf(uri: string): string | null {
  return new RegExp(`^${contentScheme}:/+explain/([^/?#]+)\\.md$`).exec(uri)?.[1] ?? null;
}
