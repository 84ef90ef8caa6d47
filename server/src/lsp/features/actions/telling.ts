/** What can be done with a finding besides mending it: accept it, pass it on, have it explained, see it happen. */
import { CodeActionKind, type Command } from 'vscode-languageserver/node';
import type { Site, SiteOutcome } from '../../../analysis/index.js';
import { reviewReply } from '../../../report/reply.js';
import type { Finding } from '../../../rules/index.js';
import { commands, type TraceParams } from '../../protocol.js';
import type { DocumentView } from '../../view.js';
import { worstFirst } from '../outcomes.js';
import { type Asked, diagnosticsFor, type Planned } from './planned.js';

/** Commands that the server runs, for any client. */
export const serverCommands = {
  addToBaseline: 'vringside.addToBaseline',
  showReply: 'vringside.showReviewReply',
} as const;

/** Findings of a document, for the server's commands. */
export interface FindingsArgument {
  readonly uri: string;
  readonly fingerprints: readonly string[];
}

export function tellingActions(asked: Asked): Planned[] {
  const { findings } = asked;
  return [
    ...findings.map((finding) => planned(asked, finding, 'baseline', baselineCommand(asked.view, finding))),
    ...findings.flatMap((finding) => {
      const command = replyCommand(asked.view, finding);
      return command === null ? [] : [planned(asked, finding, 'reply', command)];
    }),
    ...(asked.view.client.runsCommands ? findings.flatMap((finding) => forOurClient(asked, finding)) : []),
  ];
}

function planned(asked: Asked, finding: Finding, what: string, command: Command): Planned {
  return {
    key: `${what} ${finding.fingerprint}`,
    action: {
      title: command.title,
      kind: CodeActionKind.QuickFix,
      command,
      ...diagnosticsFor(asked, [finding.fingerprint]),
    },
    edit: null,
  };
}

function argumentOf({ uri }: DocumentView, { fingerprint }: Finding): FindingsArgument {
  return { uri, fingerprints: [fingerprint] };
}

function baselineCommand(view: DocumentView, finding: Finding): Command {
  return {
    title: `Add this ${finding.rule} to the baseline`,
    command: serverCommands.addToBaseline,
    arguments: [argumentOf(view, finding)],
  };
}

/** Put on the clipboard where the client can, else shown as a document. */
function replyCommand(view: DocumentView, finding: Finding): Command | null {
  const title = `Copy ${finding.rule} as a review reply`;
  if (view.client.runsCommands) {
    return { title, command: commands.copyText, arguments: [replyTo(view, finding)] };
  }
  if (!view.client.showsDocuments) return null;
  return {
    title: `Show ${finding.rule} as a review reply`,
    command: serverCommands.showReply,
    arguments: [argumentOf(view, finding)],
  };
}

export function replyTo(view: DocumentView, finding: Finding): string {
  return reviewReply(view.report, finding, (file) => {
    return view.program.has(file) ? view.program.wholeText(file).split(/\r?\n/) : null;
  });
}

function forOurClient(asked: Asked, finding: Finding): Planned[] {
  const { view } = asked;
  const explain: Command = {
    title: `Explain ${finding.rule}`,
    command: commands.explain,
    arguments: [finding.rule],
  };
  const site = view.report.sites.find(({ id }) => id === finding.site);
  const cell = site === undefined ? null : worstOf(site);
  const trace: Command | null =
    site === undefined || cell === null
      ? null
      : {
          title: `Show the trace: ${cell.outcome} on ${cell.platform}, ${cell.device} device`,
          command: commands.showTrace,
          arguments: [traceParams(view, site, cell)],
        };
  return [
    planned(asked, finding, 'explain', explain),
    ...(trace === null ? [] : [planned(asked, finding, 'trace', trace)]),
  ];
}

function worstOf({ outcomes = [] }: Site): SiteOutcome | null {
  const sorted = [...outcomes].sort((a, b) => worstFirst.indexOf(a.outcome) - worstFirst.indexOf(b.outcome));
  return sorted[0] ?? null;
}

function traceParams(view: DocumentView, site: Site, { platform, device, policy }: SiteOutcome): TraceParams {
  return {
    textDocument: { uri: view.uri },
    position: view.positions.at(site.range.start),
    platform,
    device,
    policy,
  };
}
