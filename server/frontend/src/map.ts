/**
 * A map of countries, drawn from a table that stands in the page and stays there:
 *
 *   <figure class="map" data-view="map">
 *     <table>
 *       <caption>…</caption>
 *       <thead>…</thead>
 *       <tbody><tr data-country="RU" data-count="3"><th><a href="…">Venäjä</a></th><td>3</td></tr></tbody>
 *     </table>
 *     <figcaption>…</figcaption>
 *   </figure>
 *
 * `data-country` is ISO 3166-1 alpha-2, `data-count` a number; the name is `data-label` or the text of the first cell,
 * the link the first one of the row. The map is for the eye and the mouse: the keyboard has the table.
 * Outlines come from the build (atlas.mjs), projected already; small states are points.
 */
import address from "atlas:world";
import choices from "./choices.css";
import { adopt, button, drawing, element } from "./dom";
import style from "./map.css";
import { words, type Words } from "./words";

interface Atlas {
  width: number;
  height: number;
  europe: [number, number, number, number];
  lands: Record<string, string>;
  points: Record<string, [number, number]>;
}

interface Country {
  code: string;
  count: number;
  label: string;
  href: string;
}

const STEPS = 5;
const POINT = 7; // radius on the map of the world, in its units
let fetched: Promise<Atlas> | undefined;

export async function show(figure: HTMLElement): Promise<void> {
  const table = figure.querySelector("table");
  const countries = [...figure.querySelectorAll<HTMLTableRowElement>("tr[data-country]")].map(country);
  if (!table || !countries.length) return;
  const [atlas, say] = await Promise.all([(fetched ??= load()), words()]);
  adopt(choices);
  adopt(style);
  figure.prepend(draw(atlas, countries, table.caption?.textContent?.trim() ?? "", say));
}

async function load(): Promise<Atlas> {
  const response = await fetch(new URL(address, import.meta.url));
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return (await response.json()) as Atlas;
}

function country(row: HTMLTableRowElement): Country {
  return {
    code: (row.dataset["country"] ?? "").toUpperCase(),
    count: Number(row.dataset["count"] ?? 0),
    label: row.dataset["label"] ?? row.cells[0]?.textContent?.trim() ?? "",
    href: row.querySelector<HTMLAnchorElement>("a[href]")?.href ?? "",
  };
}

function draw(atlas: Atlas, countries: Country[], caption: string, say: Words): HTMLElement {
  const most = Math.max(1, ...countries.map(({ count }) => count));
  const counted = new Map(countries.filter(({ count }) => count > 0).map((one) => [one.code, one]));
  const said = element("p", { class: "said", "aria-hidden": "true" });
  const lands = drawing("g", { class: "lands" });
  const points = drawing("g", { class: "points" });
  for (const [code, outline] of Object.entries(atlas.lands)) {
    lands.append(shape(drawing("path", { d: outline }), counted.get(code), most, say, said));
  }
  for (const [code, one] of counted) {
    const at = atlas.points[code];
    if (at) points.append(shape(drawing("circle", { cx: at[0], cy: at[1], r: POINT }), one, most, say, said));
  }
  const picture = drawing("svg", { role: "group", "aria-label": say("script.map.label", { caption }) }, lands, points);
  return element("div", { class: "picture" }, views(atlas, picture, say), picture, element("div", { class: "below" }, legend(most, say), said));
}

/** A country on the map: coloured by its count, leading where its row leads. */
function shape<S extends SVGElement>(outline: S, one: Country | undefined, most: number, say: Words, said: HTMLElement): SVGElement {
  if (!one) return outline;
  const text = say("script.map.country", { country: one.label, number: say.number(one.count) });
  outline.classList.add(`step-${step(one.count, most)}`);
  outline.append(drawing("title", {}, text));
  outline.addEventListener("pointerenter", () => (said.textContent = text));
  outline.addEventListener("pointerleave", () => (said.textContent = ""));
  if (!one.href) return outline;
  return drawing("a", { href: one.href, tabindex: -1 }, outline);
}

/** Counts differ by orders of magnitude: the steps are those of their square roots. */
function step(count: number, most: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(count / most) * Math.min(STEPS, most)));
}

function legend(most: number, say: Words): HTMLElement {
  const steps = Math.min(STEPS, most);
  const list = element("ul", { class: "legend", "aria-hidden": "true" });
  for (let one = 1; one <= steps; one++) {
    const low = Math.floor(most * ((one - 1) / steps) ** 2) + 1;
    const high = Math.floor(most * (one / steps) ** 2);
    if (high < low) continue;
    const text = low === high ? say.number(low) : `${say.number(low)}–${say.number(high)}`;
    list.append(element("li", {}, element("span", { class: `swatch step-${one}` }), text));
  }
  return list;
}

/** Two views: Europe is small on a map of the world, and much goes there. */
function views(atlas: Atlas, picture: SVGSVGElement, say: Words): HTMLElement {
  const world: Atlas["europe"] = [0, 0, atlas.width, atlas.height];
  const choices = [
    { text: say("script.map.world"), box: world },
    { text: say("script.map.europe"), box: atlas.europe },
  ].map(({ text, box }) => ({ box, control: button(text, () => look(box)) }));
  const look = (box: Atlas["europe"]): void => {
    picture.setAttribute("viewBox", box.join(" "));
    for (const circle of picture.querySelectorAll("circle")) circle.setAttribute("r", String((POINT * box[2]) / atlas.width * 1.2));
    for (const one of choices) one.control.setAttribute("aria-pressed", String(one.box === box));
  };
  look(world);
  return element("div", { class: "choices", role: "group", "aria-label": say("script.map.view") }, ...choices.map(({ control }) => control));
}
