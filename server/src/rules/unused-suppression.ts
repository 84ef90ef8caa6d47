import type { RuleInfo } from './rule.js';

/** Judged by `suppress/`, when all other findings are there. */
export const unusedSuppression: RuleInfo = {
  id: 'unused-suppression',
  level: 'note',
  summary: 'a vringside-ignore comment that suppresses nothing',
  page: `# unused-suppression

A comment \`vringside-ignore RULE: reason\` that keeps no finding out of the report.

## Why it matters

A comment that outlives its finding hides the next one, and tells a reader of a defect that is not there. One without a
reason tells nobody why the finding is no defect.

## What is reported

- Nothing is reported by the rule in the code the comment covers.
- The rule named is none of this tool's, or no rule is named.
- No reason is given. Such a comment has no effect until it says why; a reason that begins with \`TODO\` is none.

## What to do

Remove the comment, correct the rule's name, or write the reason.

## What it does not report

Comments for rules that are off in this run, and unused ones in a run that asks for other guests or policies than the usual.
`,
};
