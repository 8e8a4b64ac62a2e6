/** Elements without markup in strings: what is written into a page is always text, never HTML. */

type Attributes = Record<string, string | number | boolean>;
type Child = Node | string;

const SVG = "http://www.w3.org/2000/svg";

/** An element. An attribute that is true is set without a value, one that is false is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(name), attributes, children);
}

/** An element of SVG. */
export function drawing<K extends keyof SVGElementTagNameMap>(
  name: K, attributes: Attributes = {}, ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, name) as SVGElementTagNameMap[K], attributes, children);
}

/** A button that does something here and is never sent with a form. */
export function button(text: string, pressed: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", pressed);
  return made;
}

/** Lets a style sheet hold for the page. Sheets made so are allowed by a policy that forbids inline style. */
export function adopt(text: string): void {
  if (sheets.has(text)) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  sheets.set(text, sheet);
  document.adoptedStyleSheets.push(sheet);
}

const sheets = new Map<string, CSSStyleSheet>();

function filled<E extends Element>(made: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}
