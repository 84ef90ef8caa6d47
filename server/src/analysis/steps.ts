/** Work that can be put down and taken up again: it yields between its pieces, and keeps nothing half done across. */
export type Steps<T> = Generator<undefined, T, void>;

/** All of it without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
