/** Whether two values of plain data, sets and maps among it, say the same. */
export function isSameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => isSameData(item, b[i]));
  if (a instanceof Set) return b instanceof Set && isSameData([...a], [...b]);
  if (a instanceof Map) return b instanceof Map && isSameData([...a], [...b]);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const [one, other] = [Object.entries(a), b as Readonly<Record<string, unknown>>];
  return (
    one.length === Object.keys(other).length &&
    one.every(([key, value]) => key in other && isSameData(value, other[key]))
  );
}
