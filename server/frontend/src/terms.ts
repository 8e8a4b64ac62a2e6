/** The terms that a query can use: prefixes, classes, properties and concepts, with their names in three languages and
 *  how often the data use them. The server makes the list of its vocabulary and the published data. */
import { language } from "./words";

export type Kind = "class" | "property" | "concept";

export interface Term {
  name: string;
  kind: Kind;
  /** How often the data use it; null when that was not counted. */
  uses: number | null;
  labels: Record<string, string>;
}

interface Listed {
  base: string;
  prefixes: Record<string, string>;
  languages: string[];
  terms: [string, Kind, number | null, ...string[]][];
}

export class Terms {
  readonly base: string;
  readonly prefixes: Record<string, string>;
  readonly all: Term[];
  readonly #byName: Map<string, Term>;

  constructor(listed: Listed) {
    this.base = listed.base;
    this.prefixes = listed.prefixes;
    this.all = listed.terms.map(([name, kind, uses, ...labels]) => ({
      name, kind, uses, labels: Object.fromEntries(listed.languages.map((one, i) => [one, labels[i] ?? ""])),
    }));
    this.#byName = new Map(this.all.map((one) => [one.name, one]));
  }

  /** The term of a prefixed name. */
  get(name: string): Term | undefined {
    return this.#byName.get(name);
  }

  /** What a term is called in the language of the page; empty when it has no name. */
  label(name: string): string {
    const labels = this.get(name)?.labels;
    return labels?.[language()] || labels?.["en"] || "";
  }

  /** An IRI as prefixed name; in angle brackets where no prefix fits. */
  short(iri: string): string {
    const known = Object.entries(this.prefixes).filter(([, space]) => iri.startsWith(space));
    const [prefix, space] = known.sort((a, b) => b[1].length - a[1].length)[0] ?? [];
    const local = space === undefined ? "" : iri.slice(space.length);
    return /^[\p{L}\p{N}_-]([\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?$/u.test(local) ? `${prefix}:${local}` : `<${iri}>`;
  }

  /** Whether this vocabulary is known completely, so that a name that it lacks is a slip. */
  complete(prefix: string): boolean {
    this.#spaces ??= new Set(this.all.filter(({ kind, labels }) => kind === "concept" && Object.values(labels).some(Boolean)).map(({ name }) => name.split(":")[0] ?? ""));
    return this.#spaces.has(prefix);
  }
  #spaces: Set<string> | undefined;
}

/** The list, asked for once. */
export async function load(address: string): Promise<Terms> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Terms((await response.json()) as Listed);
}
