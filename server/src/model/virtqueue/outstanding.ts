/** The requests that a device has popped and not yet pushed, in the order in which it popped them. */

/** What one `push()` gives back. */
export interface GivenBack {
  readonly requests: number;
  readonly descriptors: number;
}

export class Outstanding {
  /** Ring descriptors of all of them. */
  descriptors = 0;
  private readonly inOrder: boolean;
  /** Head -> ring descriptors. A map keeps the order of insertion. */
  private readonly byHead = new Map<number, number>();

  constructor(inOrder: boolean) {
    this.inOrder = inOrder;
  }

  get requests(): number {
    return this.byHead.size;
  }

  has(head: number): boolean {
    return this.byHead.has(head);
  }

  add(head: number, descriptors: number): void {
    this.byHead.set(head, descriptors);
    this.descriptors += descriptors;
  }

  /**
   * Removes a request; with in-order use, those before it as well (virtio 1.2, 2.7.9 and 2.8.8).
   * @throws {RangeError} for a head that is not outstanding.
   */
  giveBack(head: number): GivenBack {
    const own = this.byHead.get(head);
    if (own === undefined) throw new RangeError(`request ${head} is not outstanding`);
    if (!this.inOrder) return this.remove(head, own);
    let requests = 0;
    let descriptors = 0;
    for (const [before, count] of this.byHead) {
      this.remove(before, count);
      requests += 1;
      descriptors += count;
      if (before === head) break;
    }
    return { requests, descriptors };
  }

  private remove(head: number, descriptors: number): GivenBack {
    this.byHead.delete(head);
    this.descriptors -= descriptors;
    return { requests: 1, descriptors };
  }
}
