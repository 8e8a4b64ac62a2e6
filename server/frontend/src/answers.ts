/** Asking the endpoint, and its answer as data: the SPARQL 1.1 JSON results, or RDF as text. */

export interface RdfTerm {
  type: "uri" | "literal" | "bnode" | "triple";
  value: string;
  "xml:lang"?: string;
  datatype?: string;
}

export type Row = Record<string, RdfTerm>;

export type Answer = { truncated: boolean; snapshot: string; seconds: number | null } & (
  | { kind: "rows"; columns: string[]; rows: Row[] }
  | { kind: "truth"; truth: boolean }
  | { kind: "graph"; turtle: string }
);

/** Why there is no answer: RFC 9457. `name` is the last part of its type. */
export class Problem extends Error {
  constructor(readonly name: string, readonly fields: { detail?: string; line?: number; column?: number; message?: string }) {
    super(fields.detail ?? name);
  }
}

/** Asks a query; aborting stops it on the server too. Throws Problem, or what `fetch` throws. */
export async function ask(endpoint: URL, query: string, signal: AbortSignal): Promise<Answer> {
  const response = await sent(endpoint, query, "application/sparql-results+json, text/turtle", signal);
  const said = {
    truncated: response.headers.has("X-Seloste-Truncated"),
    snapshot: response.headers.get("X-Seloste-Snapshot") ?? "",
    seconds: evaluated(response.headers.get("Server-Timing")),
  };
  if (response.headers.get("Content-Type")?.startsWith("text/turtle")) {
    return { ...said, kind: "graph", turtle: await response.text() };
  }
  const found = (await response.json()) as { head: { vars?: string[] }; boolean?: boolean; results?: { bindings: Row[] } };
  if (found.boolean !== undefined) return { ...said, kind: "truth", truth: found.boolean };
  return { ...said, kind: "rows", columns: found.head.vars ?? [], rows: found.results?.bindings ?? [] };
}

/** The triples of a CONSTRUCT or DESCRIBE as pairs of resources with what links them. Throws as `ask` does. */
export async function links(endpoint: URL, query: string): Promise<[string, string, string][]> {
  const response = await sent(endpoint, query, "application/n-triples");
  const lines = (await response.text()).split("\n");
  return lines.flatMap((line) => {
    const found = /^(?:<([^>]*)>|(_:\S+)) <([^>]*)> (?:<([^>]*)>|(_:\S+)) \.$/.exec(line);
    return found ? [[found[1] ?? found[2] ?? "", found[3] ?? "", found[4] ?? found[5] ?? ""] as [string, string, string]] : [];
  });
}

async function sent(endpoint: URL, query: string, accept: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(endpoint, {
    method: "POST", body: query, headers: { "Content-Type": "application/sparql-query", Accept: accept }, ...(signal ? { signal } : {}),
  });
  if (response.ok) return response;
  if (response.headers.get("Content-Type") !== "application/problem+json") throw new Problem("internal", {});
  const problem = (await response.json()) as { type: string; detail: string };
  throw new Problem(problem.type.split("/").pop() ?? "internal", problem);
}

/** The seconds of evaluation out of Server-Timing. */
function evaluated(header: string | null): number | null {
  const found = /\bquery;dur=([\d.]+)/.exec(header ?? "");
  return found?.[1] === undefined ? null : Number(found[1]) / 1000;
}
