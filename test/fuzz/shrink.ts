/** A smaller text with the same defect: takes parts away as long as the defect stays. */
export async function shrink(
  text: string,
  isFailing: (text: string) => Promise<boolean>,
  budgetMs: number,
): Promise<string> {
  const end = performance.now() + budgetMs;
  let parts = text.split(/(?<=\n)/);
  parts = await withoutNeedless(parts, (kept) => isFailing(kept.join('')), end);
  parts = parts.join('').match(/\w+|\s+|[\s\S]/g) ?? [];
  parts = await withoutNeedless(parts, (kept) => isFailing(kept.join('')), end);
  return parts.join('');
}

/** Removes runs of parts, half of them at first, then ever smaller ones (after Zeller's delta debugging). */
async function withoutNeedless(
  parts: readonly string[],
  isFailing: (parts: readonly string[]) => Promise<boolean>,
  end: number,
): Promise<string[]> {
  let kept = [...parts];
  for (let size = Math.ceil(kept.length / 2); size >= 1 && kept.length > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < kept.length && performance.now() < end; ) {
      const fewer = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await isFailing(fewer)) kept = fewer;
      else at += size;
    }
  }
  return kept;
}
