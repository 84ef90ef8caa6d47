/** Elements made in one expression. No markup is ever parsed: what the server says is text. */

export type Child = Node | string | null;
type Value = string | number | boolean | null;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return dressed(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return dressed(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

/** True is an attribute without a value; false and null are none. */
function dressed<E extends Element>(
  element: E,
  attributes: Readonly<Record<string, Value>>,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function on<E extends Element, K extends keyof GlobalEventHandlersEventMap>(
  element: E,
  type: K,
  listener: (event: GlobalEventHandlersEventMap[K]) => void,
): E {
  element.addEventListener(type, listener as EventListener);
  return element;
}

/** Neighbours by arrow keys; null for other keys. */
export function stepOf(key: string): readonly [row: number, column: number] | null {
  switch (key) {
    case 'ArrowUp':
      return [-1, 0];
    case 'ArrowDown':
      return [1, 0];
    case 'ArrowLeft':
      return [0, -1];
    case 'ArrowRight':
      return [0, 1];
    default:
      return null;
  }
}
