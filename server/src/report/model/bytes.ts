/** The first bytes of a buffer, as hexadecimal digits. */

/** `01a854fb`, for programs. */
export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `01 a8 54 fb`, for people. */
export function spacedHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

export function addressText(address: number): string {
  return `0x${address.toString(16)}`;
}
