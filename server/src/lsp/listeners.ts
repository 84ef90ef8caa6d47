/** Who wants to be told of something. */
export class Listeners<T = void> {
  readonly #all: ((what: T) => void)[] = [];

  add(listener: (what: T) => void): void {
    this.#all.push(listener);
  }

  tell(what: T): void {
    for (const listener of this.#all) listener(what);
  }
}
