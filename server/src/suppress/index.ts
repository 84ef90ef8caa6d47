/** The suppress folder's face: findings that comments in the source keep out of the report, and comments that keep out none. */
import type { Program } from '../program/index.js';
import {
  compareFindings,
  complete,
  type Finding,
  type Found,
  type RuleLevels,
  ruleInfos,
  rules,
  unusedSuppression,
} from '../rules/index.js';
import type { Range } from '../text/span.js';
import { didYouMean } from '../text/suggest.js';
import { type Suppression, suppressionsIn, suppressionWord } from './comments.js';

export { readSuppression, suppressionWord } from './comments.js';

/** A finding that a comment keeps out of the report, and what the comment says. */
export interface SuppressedFinding extends Finding {
  readonly suppression: { readonly reason: string; readonly range: Range };
}

export interface SuppressOptions {
  readonly levels: RuleLevels;
  /** Not the usual guests were asked for: what is found then says nothing of comments that suppress nothing. */
  readonly isPartial: boolean;
}

export interface Judged {
  /** Those that no comment suppresses, and what is to be said of the comments, in source order. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
}

/** Applies the comments of `files` to what the rules found there. */
export function applySuppressions(
  program: Program,
  files: readonly string[],
  found: readonly Finding[],
  options: SuppressOptions,
): Judged {
  const byFile = groupByFile(found);
  const suppressed = new Map<Finding, SuppressedFinding>();
  const complaints: Found[] = [];
  for (const file of files) {
    const source = program.holdsText(file, suppressionWord) ? program.source(file) : null;
    for (const comment of source === null ? [] : suppressionsIn(source)) {
      const here: Place = { program, file, comment };
      const hits = comment.reason === '' ? [] : covered(here, byFile.get(file) ?? []);
      for (const finding of hits) {
        suppressed.set(finding, {
          ...finding,
          suppression: { reason: comment.reason, range: rangeOf(here) },
        });
      }
      complaints.push(...complaintsOf(here, hits, options));
    }
  }
  const level = options.levels.get(unusedSuppression.id);
  const unused = level === 'off' ? [] : complete(unusedSuppression, level, complaints, { program });
  return {
    findings: [...found.filter((finding) => !suppressed.has(finding)), ...unused].sort(compareFindings),
    suppressed: found.flatMap((finding) => suppressed.get(finding) ?? []),
  };
}

interface Place {
  readonly program: Program;
  readonly file: string;
  readonly comment: Suppression;
}

function groupByFile(found: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const byFile = new Map<string, Finding[]>();
  for (const finding of found) {
    const list = byFile.get(finding.file);
    if (list === undefined) byFile.set(finding.file, [finding]);
    else list.push(finding);
  }
  return byFile;
}

function covered({ program, file, comment }: Place, findings: readonly Finding[]): Finding[] {
  const lines = program.lines(file);
  return findings.filter(({ rule, range }) => {
    if (lines === null || !comment.rules.includes(rule)) return false;
    return (
      lines.offsetAt(range.start) < comment.covers.end && lines.offsetAt(range.end) > comment.covers.start
    );
  });
}

// ---- comments that suppress nothing

function complaintsOf(
  here: Place,
  hits: readonly Finding[],
  { levels, isPartial }: SuppressOptions,
): Found[] {
  const { comment } = here;
  if (comment.rules.length === 0) {
    return [
      complaint(
        here,
        'this comment names no rule and suppresses nothing; write `vringside-ignore RULE: reason`',
      ),
    ];
  }
  const known = rules.map((rule) => rule.id);
  return [...new Set(comment.rules)].flatMap((rule) => {
    if (!known.includes(rule)) {
      const why = ruleInfos.some(({ id }) => id === rule)
        ? `'${rule}' is about comments like this one and cannot be suppressed; --rule ${rule}=off turns it off`
        : `there is no rule '${rule}'${didYouMean(rule, known)}: nothing is suppressed`;
      return [complaint(here, why)];
    }
    if (comment.reason === '') {
      return [
        complaint(
          here,
          `no reason is given: what ${rule} finds here is reported until this comment says why not`,
        ),
      ];
    }
    const isSilent = isPartial || levels.get(rule) === 'off' || hits.some((finding) => finding.rule === rule);
    return isSilent
      ? []
      : [complaint(here, `${rule} finds nothing here: the comment suppresses nothing, remove it`)];
  });
}

function complaint(here: Place, message: string): Found {
  const { program, file, comment } = here;
  const chunk = program
    .source(file)
    ?.chunks.find((c) => c.start <= comment.covers.start && comment.covers.start < c.end);
  return {
    message,
    file,
    function: chunk?.kind === 'function' ? (chunk.name ?? '') : '',
    range: rangeOf(here),
    related: [],
  };
}

function rangeOf({ program, file, comment }: Place): Range {
  return {
    start: program.positionOf(file, comment.at.start),
    end: program.positionOf(file, comment.at.end),
  };
}
