/** Maps and graphs of an answer: what in it are countries, what is linked with what; as the tables that map.ts and graph.ts draw. */
import type { Row } from "./answers";
import type { Cells } from "./cells";
import { element } from "./dom";

export interface Edge {
  source: string;
  target: string;
  label: string;
}

const LOC = "https://w3id.org/dpv/loc#";
const TERRITORY = /^https:\/\/w3id\.org\/dpv\/loc#([A-Z]{2})$/;
const NAMED_FOR_CODES = /country|territory|seat|maa$|land$/i;
const MOST_EDGES = 100;

interface Counted {
  count: number;
  iri: string;
}

/** How often each country stands in the rows, or the sum of the only column of numbers; null when there is no country. */
export function countries(columns: string[], rows: Row[]): Map<string, Counted> | null {
  const column = columns.find((name) => rows.some((row) => territory(name, row)));
  if (!column) return null;
  const numeric = columns.filter((name) => rows.every((row) => /#(integer|decimal|double)$/.test(row[name]?.datatype ?? "")));
  // Positions in a text are numbers, but nothing to add up.
  const sum = numeric.length === 1 && columns.length === 2 ? numeric[0] : undefined;
  const counted = new Map<string, Counted>();
  for (const row of rows) {
    const iri = territory(column, row);
    if (!iri) continue;
    const code = iri.slice(LOC.length);
    const before = counted.get(code)?.count ?? 0;
    counted.set(code, { iri, count: before + (sum ? Number(row[sum]?.value ?? 0) : 1) });
  }
  return counted;
}

/** The IRI of the country in a column: one that stands there, or that of a code in a column that is named for it. */
function territory(column: string, row: Row): string {
  const term = row[column];
  if (term?.type === "uri") return TERRITORY.test(term.value) ? term.value : "";
  return term?.type === "literal" && NAMED_FOR_CODES.test(column) && /^[A-Z]{2}$/.test(term.value) ? LOC + term.value : "";
}

/** What the first two columns of resources link; null when there are no two. */
export function edges(columns: string[], rows: Row[]): Edge[] | null {
  const named = columns.filter((name) => rows.some((row) => row[name]?.type === "uri"));
  const [from, to] = named;
  if (!from || !to) return null;
  const pairs = rows.flatMap((row): Edge[] => {
    const [source, target] = [row[from], row[to]];
    return source?.type === "uri" && target?.type === "uri" ? [{ source: source.value, target: target.value, label: "" }] : [];
  });
  return pairs.length ? pairs : null;
}

export function mapFigure(counted: Map<string, Counted>, cells: Cells, caption: string, headings: [string, string]): HTMLElement {
  const body = element("tbody");
  for (const [code, { iri, count }] of [...counted].sort((a, b) => b[1].count - a[1].count)) {
    const name = element("th", { scope: "row" }, element("a", { href: cells.href(iri) }, cells.name(iri)));
    body.append(element("tr", { "data-country": code, "data-count": count }, name, element("td", { class: "is-number" }, String(count))));
  }
  return figure("map", body, caption, headings);
}

/** `cut` is told how many edges there are when only some are drawn. */
export function graphFigure(all: Edge[], cells: Cells, caption: string, headings: [string, string], cut: (shown: number) => string): HTMLElement {
  const distinct = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
  const body = element("tbody");
  for (const { source, target, label } of distinct.slice(0, MOST_EDGES)) {
    const [from, to] = [named(source, cells), named(target, cells)];
    const attributes = {
      "data-source": source, "data-source-label": from.text, "data-source-href": from.href,
      "data-target": target, "data-target-label": to.text, "data-href": to.href, "data-label": label,
    };
    body.append(element("tr", attributes, element("td", {}, from.node), element("td", {}, to.node)));
  }
  const made = figure("graph", body, caption, headings);
  if (distinct.length > MOST_EDGES) made.append(element("figcaption", {}, cut(MOST_EDGES)));
  return made;
}

function named(iri: string, cells: Cells): { text: string; href: string; node: Node } {
  const [text, href] = [iri.startsWith("_:") ? iri : cells.name(iri), cells.href(iri)];
  return { text, href, node: href ? element("a", { href }, text) : document.createTextNode(text) };
}

function figure(kind: string, body: HTMLElement, caption: string, headings: [string, string]): HTMLElement {
  const head = element("thead", {}, element("tr", {}, ...headings.map((one) => element("th", { scope: "col" }, one))));
  const table = element("table", {}, element("caption", {}, caption), head, body);
  return element("figure", { class: kind, "data-view": kind }, element("details", {}, element("summary", {}, caption), table));
}
