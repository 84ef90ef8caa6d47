/** Document links: files of the tree, and the published specification. */
import type { DocumentLink } from 'vscode-languageserver/node';
import { type Link, linksIn } from '../../../navigate/index.js';
import type { DocumentView } from '../../view.js';

/** The version published last; sections keep their numbers from version to version, as a rule. */
const specification = {
  version: '1.3',
  uri: 'https://docs.oasis-open.org/virtio/virtio/v1.3/virtio-v1.3.html',
};

export function documentLinksOf(view: DocumentView): DocumentLink[] {
  return linksIn(view.program, view.file).map((link) => ({
    range: view.positions.ofSpan(link),
    target: link.kind === 'file' ? view.uriOf(link.file) : specification.uri,
    ...(view.client.linkTooltips && { tooltip: tooltipOf(link) }),
  }));
}

function tooltipOf(link: Link): string {
  if (link.kind === 'file') return link.file;
  const cited = link.version === null ? '' : ` of version ${link.version}`;
  return `The virtio specification, version ${specification.version}; cited here: section ${link.section}${cited}`;
}
