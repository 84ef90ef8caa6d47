/** What drivers' requests are made of, as JSON. */
import type { Bounds, Evidence, Piece, Posting, ThroughputRatio } from '../analysis/index.js';
import type { CostedWorkload } from './report.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function workloadJson(workload: CostedWorkload): Json {
  const { range, payload, ringEntries } = workload;
  return {
    id: workload.id,
    deviceClass: workload.deviceClass,
    file: workload.file,
    function: workload.function,
    range: {
      start: { line: range.start.line, column: range.start.column },
      end: { line: range.end.line, column: range.end.column },
    },
    call: workload.call,
    via: workload.via.map(evidenceJson),
    queue: workload.queue,
    pieces: workload.pieces.map(pieceJson),
    posting: postingJson(workload.posting),
    mapping: { by: workload.mapping.by, evidence: workload.mapping.evidence.map(evidenceJson) },
    descriptors: boundsJson(workload.descriptors),
    mayUseIndirect: workload.mayUseIndirect,
    ringEntries: ringEntries === null ? null : boundsJson(ringEntries),
    payload: payload === null ? null : { most: payload.most, evidence: evidenceJson(payload.evidence) },
    throughput: workload.throughput.map((t) => ({ platform: t.platform, ...ratioJson(t) })),
  };
}

/** Three digits are more than the figures are good for. */
export function ratioJson({ low, mid, high, binding, loss, evidence, of }: ThroughputRatio): {
  readonly [key: string]: Json;
} {
  const short = (ratio: number): number => Math.round(ratio * 1000) / 1000;
  return { low: short(low), mid: short(mid), high: short(high), binding, loss, evidence, of };
}

function pieceJson(piece: Piece): Json {
  return {
    direction: piece.direction,
    list: piece.list,
    buffer: piece.buffer,
    bytes: boundsJson(piece.bytes),
    segments: boundsJson(piece.segments),
    boundedBy: piece.boundedBy,
    mappedBy: piece.mappedBy,
    ...(piece.grows === undefined
      ? {}
      : { grows: { how: piece.grows.how, at: evidenceJson(piece.grows.at) } }),
    evidence: piece.evidence.map(evidenceJson),
  };
}

function postingJson(posting: Posting): Json {
  switch (posting.kind) {
    case 'per request':
      return { kind: posting.kind };
    case 'ahead':
      return {
        kind: posting.kind,
        entries: posting.entries === 'ring' ? 'ring' : boundsJson(posting.entries),
        queues: boundsJson(posting.queues),
        evidence: posting.evidence.map(evidenceJson),
      };
    default:
      return posting satisfies never;
  }
}

function boundsJson({ least, most }: Bounds): Json {
  return { least, most };
}

function evidenceJson({ file, line, text }: Evidence): Json {
  return { file, line, text };
}
