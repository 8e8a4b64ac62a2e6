/** An answer below the editor: how many rows in what time, whether it was cut, as table, map, graph or text, to take away. */
import { download, permalink } from "./address";
import { links, Problem, type Answer } from "./answers";
import { Cells } from "./cells";
import { button, element } from "./dom";
import { countries, edges, graphFigure, mapFigure, type Edge } from "./figures";
import { enhance } from "./table";
import type { Terms } from "./terms";
import { language, type Words } from "./words";

const ROWS = [["CSV", "csv"], ["CSV (Excel)", "csv-excel"], ["XLSX", "xlsx"], ["JSON", "json"], ["TSV", "tsv"], ["XML", "xml"]] as const;
const GRAPHS = [["Turtle", "turtle"], ["JSON-LD", "jsonld"], ["N-Triples", "ntriples"], ["RDF/XML", "rdfxml"]] as const;

const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

interface Way {
  text: string;
  make(): HTMLElement | Promise<HTMLElement>;
}

export class Answering {
  /** `place` is where answers stand; `root` is the path under which the pages do. */
  constructor(
    private readonly place: HTMLElement, private readonly endpoint: URL, private readonly root: string, private readonly say: Words,
  ) {}

  /** The heading of what was shown last: focus goes there, so that keyboard and screen reader go on from it. */
  show(answer: Answer, query: string, terms: Terms | null): void {
    const cells = new Cells(terms, this.root);
    const heading = element("h2", { tabindex: -1 }, this.#heading(answer));
    this.place.replaceChildren(heading, element("p", { class: "small" }, this.#facts(answer)));
    if (answer.truncated) this.place.append(element("p", { class: "notice-box" }, this.say("answer.truncated")));
    const ways = this.#ways(answer, query, cells);
    if (ways.length) this.place.append(...this.#switch(ways));
    this.place.append(this.#downloads(answer, query));
    heading.focus({ preventScroll: true });
    heading.scrollIntoView({ block: "nearest" });
  }

  problem(error: Problem): void {
    const { say } = this;
    const { name, fields } = error;
    const box = element("div", { class: "notice-box error", role: "alert" }, element("strong", {}, say(`problem.${name}`)));
    if (name === "syntax") {
      box.append(element("p", {}, say("problem.syntax.place", { line: fields.line ?? 1, column: fields.column ?? 1 })), element("pre", { tabindex: 0, lang: "en" }, fields.message ?? ""));
    } else {
      box.append(element("p", {}, say(`problem.${name}.help`)));
      if (fields.detail) box.append(element("p", { lang: "en" }, fields.detail));
    }
    this.place.replaceChildren(box);
  }

  note(text: string): void {
    this.place.replaceChildren(element("p", { class: "notice-box" }, text));
  }

  #heading(answer: Answer): string {
    if (answer.kind === "rows") return this.say.count("answer.rows", answer.rows.length);
    if (answer.kind === "truth") return this.say(answer.truth ? "yes" : "no");
    return this.say("sparql.answer");
  }

  #facts(answer: Answer): string {
    const version = this.say("answer.snapshot", { snapshot: answer.snapshot });
    if (answer.seconds === null) return version;
    const seconds = new Intl.NumberFormat(language(), { maximumSignificantDigits: 2 }).format(answer.seconds);
    return `${this.say("script.editor.took", { seconds })} ${version}`;
  }

  #ways(answer: Answer, query: string, cells: Cells): Way[] {
    const { say } = this;
    if (answer.kind === "truth") return [];
    if (answer.kind === "graph") {
      const text = (): HTMLElement => element("pre", { class: "code", tabindex: 0 }, element("code", {}, answer.turtle));
      const drawn = async (): Promise<HTMLElement> => {
        // That each is of some class is known, and would link everything with a few.
        const found = (await links(this.endpoint, query)).filter(([, property]) => property !== TYPE);
        return this.#graph(found.map(([source, property, target]) => ({ source, target, label: cells.name(property) })), cells, ["", ""]);
      };
      return [{ text: say("script.view.text"), make: text }, { text: say("script.view.graph"), make: drawn }];
    }
    if (!answer.rows.length) return [];
    const { columns, rows } = answer;
    const ways: Way[] = [{ text: say("script.view.table"), make: () => this.#table(columns, rows, cells) }];
    const counted = countries(columns, rows);
    if (counted) ways.push({ text: say("script.view.map"), make: async () => drawnFigure(mapFigure(counted, cells, say("script.view.countries"), [say("column.country"), say("script.view.count")])) });
    const pairs = edges(columns, rows);
    if (pairs) {
      const named = columns.filter((name) => rows.some((row) => row[name]?.type === "uri"));
      ways.push({ text: say("script.view.graph"), make: () => this.#graph(pairs, cells, [`?${named[0]}`, `?${named[1]}`]) });
    }
    return ways;
  }

  #table(columns: string[], rows: Extract<Answer, { kind: "rows" }>["rows"], cells: Cells): HTMLElement {
    const head = element("thead", {}, element("tr", {}, ...columns.map((name) => element("th", { scope: "col" }, `?${name}`))));
    const body = element("tbody", {}, ...rows.map((row) => element("tr", {}, ...columns.map((name) => cells.cell(row[name], `?${name}`)))));
    const table = element("table", { class: "rows" }, head, body);
    const scroll = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": this.say("sparql.answer") }, table);
    const holder = element("div", {}, scroll);
    enhance(table, this.say);
    return holder;
  }

  #graph(pairs: Edge[], cells: Cells, headings: [string, string]): Promise<HTMLElement> {
    if (!pairs.length) return Promise.resolve(element("p", { class: "notice-box" }, this.say("script.view.no-links")));
    const cut = (shown: number): string => this.say("script.view.cut", { shown: this.say.number(shown) });
    return drawnFigure(graphFigure(pairs, cells, this.say("script.view.links"), headings, cut));
  }

  /** Buttons for the ways to look at it, and the one that was chosen; each is made when it is first looked at. */
  #switch(ways: Way[]): HTMLElement[] {
    const shown = element("div", { class: "way" });
    const choose = async (chosen: Way, pressed: HTMLElement): Promise<void> => {
      for (const one of group.children) one.setAttribute("aria-pressed", String(one === pressed));
      try {
        const made = await chosen.make();
        shown.replaceChildren(made);
        made.dispatchEvent(new Event("placed"));
      } catch (error) {
        shown.replaceChildren(element("p", { class: "notice-box error", role: "alert" }, this.say(`problem.${error instanceof Problem ? error.name : "internal"}`)));
      }
    };
    const group = element("div", { class: "choices", role: "group", "aria-label": this.say("script.view.as") });
    for (const way of ways) group.append(button(way.text, () => void choose(way, control(way)), {}));
    const control = (way: Way): HTMLElement => group.children[ways.indexOf(way)] as HTMLElement;
    void choose(ways[0] as Way, group.children[0] as HTMLElement);
    return ways.length > 1 ? [group, shown] : [shown];
  }

  #downloads(answer: Answer, query: string): HTMLElement {
    const list = element("ul", { class: "downloads", "aria-label": this.say("downloads") }, element("li", {}, `${this.say("downloads")}:`));
    for (const [name, format] of answer.kind === "graph" ? GRAPHS : answer.kind === "rows" ? ROWS : ([["JSON", "json"], ["XML", "xml"]] as const)) {
      const address = download(this.endpoint, query, format);
      if (address) list.append(element("li", {}, element("a", { href: address.href, download: `answer.${format === "csv-excel" ? "csv" : format}` }, name)));
    }
    list.append(element("li", {}, element("a", { href: permalink(this.endpoint, query).href }, this.say("script.editor.permalink"))));
    return list;
  }
}

/** A figure is drawn once it stands in the page: its picture takes its size from there. */
async function drawnFigure(figure: HTMLElement): Promise<HTMLElement> {
  const view = figure.dataset["view"] === "map" ? await import("./map") : await import("./graph");
  figure.addEventListener("placed", () => void view.show(figure), { once: true });
  return figure;
}
