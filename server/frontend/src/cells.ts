/** An RDF term as a cell: prefixed name with its label, linked to the page about it; text with its language. */
import type { RdfTerm } from "./answers";
import { element } from "./dom";
import type { Terms } from "./terms";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(["integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger"].map((name) => XSD + name));

export class Cells {
  /** `root` is the path under which the pages stand. */
  constructor(private readonly terms: Terms | null, private readonly root: string) {}

  cell(term: RdfTerm | undefined, heading: string): HTMLTableCellElement {
    if (!term) return element("td", { class: "is-none", "data-heading": heading }, element("span", { class: "none" }, "–"));
    if (term.type === "uri") return element("td", { class: "is-text", "data-heading": heading }, this.#resource(term.value));
    if (term.type === "bnode") return element("td", { class: "is-text", "data-heading": heading }, `_:${term.value}`);
    const numeric = NUMBERS.has(term.datatype ?? "");
    const lang = term["xml:lang"];
    const cell = element("td", { class: numeric ? "is-number" : "is-text", "data-heading": heading });
    cell.append(element("span", lang ? { lang } : {}, String(term.value)));
    return cell;
  }

  /** What a resource is called, in short; a part of a notice without the notice. */
  name(iri: string): string {
    const label = this.terms?.label(this.terms.short(iri));
    return label || this.short(iri).replace(/^id:notice\/[^/]+\/(?=.)/, "");
  }

  /** Where a resource is described: on a page of ours, else at its own address. */
  href(iri: string): string {
    const name = this.short(iri);
    const known = this.terms?.get(name);
    if (known && /^loc:[A-Z]{2}$/.test(name)) return `${this.root}/questions/transfers-to-country?country=${name.slice(4)}`;
    if (known?.kind === "concept") return `${this.root}/questions/claims-about?concept=${encodeURIComponent(name)}`;
    const base = this.terms?.base;
    if (base && iri.startsWith(base)) return this.#ours(iri.slice(base.length));
    return /^https?:\/\//.test(iri) ? iri : "";
  }

  /** As a prefixed name; what is ours with its whole path behind the prefix, which a query would have to write in brackets. */
  short(iri: string): string {
    const base = this.terms?.base;
    if (base && iri.startsWith(base)) return `id:${iri.slice(base.length)}`;
    return this.terms?.short(iri) ?? `<${iri}>`;
  }

  #resource(iri: string): Node {
    const name = this.short(iri);
    const label = this.terms?.label(name) ?? "";
    const shown = element("span", { class: "iri-name", title: iri }, name);
    const href = this.href(iri);
    const linked = href ? element("a", { href }, shown) : shown;
    if (!label) return linked;
    const both = document.createDocumentFragment();
    both.append(linked, " ", element("span", { class: "label" }, label));
    return both;
  }

  #ours(path: string): string {
    const span = /^(notice\/[^/#]+)\/text#char=(\d+),(\d+)$/.exec(path);
    if (span) return `${this.root}/id/${span[1]}#char-${span[2]}-${span[3]}`;
    // As server/links.py writes it: what is percent-encoded in the IRI is so once more in the address.
    return `${this.root}/id/${encodeURI(path).replaceAll("?", "%3F")}`;
  }
}
