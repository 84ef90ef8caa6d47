/** A half-open range of UTF-16 code units in one file: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people write it: both numbers are 1-based; `column` counts UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}
