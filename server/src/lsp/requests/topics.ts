/** What `explain` has a page for. */
import { outcomes } from '@vringside/grammars/outcomes';
import { siteKinds } from '@vringside/grammars/site-kinds';
import { ruleInfos } from '../../rules/index.js';
import type { Topic } from '../protocol.js';

export function topics(): readonly Topic[] {
  return [
    ...ruleInfos.map(({ id, summary }): Topic => ({ id, kind: 'rule', summary })),
    ...outcomes.map(({ id, title }): Topic => ({ id, kind: 'outcome', summary: title })),
    ...siteKinds.map(({ id, title }): Topic => ({ id, kind: 'kind of site', summary: title })),
  ];
}
