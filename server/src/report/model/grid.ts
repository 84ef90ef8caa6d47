/** A matrix as a text table: which columns stand in one block, and how wide each is. */
import type { Cell, Matrix, NamedDevice, Platform, Policy } from '../../model/index.js';
import { isHypothetical, wordOf } from './outcome-words.js';

/** One column: a policy under a device. */
export interface Column {
  readonly policy: Policy;
  readonly heading: string;
  readonly width: number;
}

export interface Group {
  readonly device: NamedDevice;
  readonly heading: string;
  readonly columns: readonly Column[];
  readonly width: number;
}

/** What fits side by side. */
export interface Block {
  readonly rowLabel: (platform: Platform) => string;
  readonly rowWidth: number;
  readonly groups: readonly Group[];
}

/** Between columns, and between groups. */
export const COLUMN_GAP = 2;
export const GROUP_GAP = 4;

/** Marks an answer for a release before the platform's first. */
export const HYPOTHETICAL = '*';

export class Grid {
  readonly matrix: Matrix;
  private readonly cells = new Map<string, Cell>();

  constructor(matrix: Matrix) {
    this.matrix = matrix;
    for (const cell of matrix.cells) this.cells.set(key(cell.platform, cell.device, cell.policy), cell);
  }

  cell(platform: Platform, device: NamedDevice, policy: Policy): Cell | null {
    return this.cells.get(key(platform.id, device.id, policy.id)) ?? null;
  }

  /** The cell of the first policy for the same platform and device. */
  readonly reference = ({ platform, device }: Cell): Cell | null =>
    this.cells.get(key(platform, device, this.matrix.policies[0]?.id ?? '')) ?? null;

  /** `ciphertext*` */
  word(platform: Platform, device: NamedDevice, policy: Policy): string {
    const cell = this.cell(platform, device, policy);
    if (cell === null) return '';
    return wordOf(cell.result) + (isHypothetical(platform, policy) ? HYPOTHETICAL : '');
  }

  /** Blocks that fit into `width`, as few as can be; rows are said alike in all of them, in full where that costs none. */
  blocks(width: number): readonly Block[] {
    const full = this.blocksWith(byName, width);
    const short = this.blocksWith(byId, width);
    return short.length < full.length ? short : full;
  }

  /** As many devices side by side as `width` holds, or else as many policies of one device. */
  private blocksWith(row: RowLabel, width: number): readonly Block[] {
    const { devices, policies } = this.matrix;
    const blocks: Block[] = [];
    let rest = devices;
    while (rest.length > 0) {
      const choices = rest.map((_, i): Choice => [rest.slice(0, i + 1), policies]);
      const block = this.largestFit(choices, row, width);
      const next = block === null ? this.policyBlocks(rest.slice(0, 1), row, width) : [block];
      blocks.push(...next);
      rest = rest.slice(block === null ? 1 : block.groups.length);
    }
    return blocks;
  }

  private policyBlocks(device: readonly NamedDevice[], row: RowLabel, width: number): Block[] {
    const blocks: Block[] = [];
    let rest = this.matrix.policies;
    while (rest.length > 0) {
      const choices = rest.map((_, i): Choice => [device, rest.slice(0, i + 1)]);
      // One column alone stands as wide as it is.
      const block =
        this.largestFit(choices, row, width) ?? this.block([device, rest.slice(0, 1)], row, whole);
      blocks.push(block);
      rest = rest.slice(block.groups[0]?.columns.length ?? 1);
    }
    return blocks;
  }

  private largestFit(choices: readonly Choice[], row: RowLabel, width: number): Block | null {
    for (const choice of [...choices].reverse()) {
      for (const heading of [whole, withoutYear]) {
        const block = this.block(choice, row, heading);
        if (widthOf(block) <= width) return block;
      }
    }
    return null;
  }

  private block([devices, policies]: Choice, row: RowLabel, heading: Heading): Block {
    return {
      rowLabel: row,
      rowWidth: Math.max(...this.matrix.platforms.map((platform) => row(platform).length)),
      groups: devices.map((device) => this.group(device, policies, heading)),
    };
  }

  private group(device: NamedDevice, policies: readonly Policy[], headingOf: Heading): Group {
    const columns = policies.map((policy): Column => {
      const heading = headingOf(policy.id, policies);
      const words = this.matrix.platforms.map((platform) => this.word(platform, device, policy).length);
      return { policy, heading, width: Math.max(heading.length, ...words) };
    });
    const width = columns.reduce((sum, column) => sum + column.width + COLUMN_GAP, -COLUMN_GAP);
    const heading = device.title.length <= width ? device.title : device.id;
    return { device, heading, columns, width: Math.max(width, heading.length) };
  }
}

/** Cells of the other policies whose word is not that of the first policy beside them. */
export function differingCells({ matrix, reference }: Grid): readonly Cell[] {
  return matrix.cells.filter((cell) => {
    const first = reference(cell);
    return first !== null && wordOf(first.result) !== wordOf(cell.result);
  });
}

type Choice = readonly [devices: readonly NamedDevice[], policies: readonly Policy[]];

type RowLabel = (platform: Platform) => string;
type Heading = (id: string, policies: readonly Policy[]) => string;

const byName: RowLabel = (platform) => platform.name;
const byId: RowLabel = (platform) => platform.id;
const whole: Heading = (id) => id;

/** `rampai` for `rampai-2019`, where no other policy here begins so. */
function withoutYear(id: string, policies: readonly Policy[]): string {
  const short = id.replace(/-20\d\d$/, '');
  return policies.filter((policy) => policy.id.startsWith(short)).length === 1 ? short : id;
}

function widthOf(block: Block): number {
  return block.groups.reduce(
    (sum, group, i) => sum + group.width + (i === 0 ? COLUMN_GAP : GROUP_GAP),
    block.rowWidth,
  );
}

function key(platform: string, device: string, policy: string): string {
  return `${platform} ${device} ${policy}`;
}
