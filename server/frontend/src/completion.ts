/**
 * Completion in the editor: a term is offered when what is typed begins its name, its local name or a word of its label
 * in Finnish, Swedish or English ("sijainti" offers pd:Location); the data's most used terms come first.
 */
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import type { Kind, Term, Terms } from "./terms";
import { language, type Words } from "./words";

const MOST = 60;
const KEYWORDS = (
  "SELECT CONSTRUCT ASK DESCRIBE WHERE DISTINCT FILTER OPTIONAL UNION GRAPH VALUES BIND MINUS NOT EXISTS GROUP BY HAVING ORDER ASC DESC LIMIT " +
  "OFFSET AS IN FROM NAMED PREFIX COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND IF COALESCE CONTAINS STRSTARTS " +
  "STRENDS STRBEFORE STRAFTER SUBSTR STRLEN UCASE LCASE REPLACE REGEX CONCAT isIRI isLITERAL isBLANK YEAR MONTH DAY UNDEF"
).split(" ");

export function completion(terms: Promise<Terms>, say: Words): CompletionSource {
  return async (context) => {
    const variable = context.matchBefore(/[?$][\p{L}\p{N}_]*/u);
    if (variable) return variables(context, variable.from);
    const word = context.matchBefore(/[\p{L}\p{N}_-]+(:[\p{L}\p{N}_.-]*)?|:[\p{L}\p{N}_.-]*/u);
    if (!word && !context.explicit) return null;
    const from = word?.from ?? context.pos;
    const before = context.state.sliceDoc(Math.max(0, from - 400), from);
    if (unfit(before)) return null;
    const typed = fold(word?.text ?? "");
    const known = await terms;
    if (context.aborted) return null;
    const words = keywords(typed);
    const found = matching(known, typed, place(before), say);
    // Who types in capitals means a keyword.
    const shouted = /^[A-Z_]{2,}$/.test(word?.text ?? "");
    const options = [...prefixes(known, typed), ...(shouted ? [...words, ...found] : [...found, ...words])];
    return options.length ? { from, options, filter: false } : null;
  };
}

/** Inside an IRI, a string or a comment nothing is offered. */
function unfit(before: string): boolean {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const bare = line.replace(/<[^<>"{}|^`\\\s]*>|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  return /["']|#|<[^\s]*$/.test(bare);
}

/** What can stand behind `before`: the kind of term that is most likely, from the words since the last full stop. */
function place(before: string): Kind | null {
  const bare = before.replace(/<[^<>\s]*>/g, "x").replace(/"(?:[^"\\]|\\.)*"/g, "x");
  const [, mark, rest] = /^[\s\S]*([.;,{}()])([^.;,{}()]*)$/.exec(bare) ?? ["", "{", bare];
  const words = (rest ?? "").trim().split(/\s+/).filter(Boolean);
  const position = words.length + (mark === ";" ? 1 : mark === "," ? 2 : 0);
  if (position === 1) return "property";
  if (position !== 2) return null;
  return words.at(-1) === "a" || words.at(-1) === "rdf:type" ? "class" : "concept";
}

interface Found {
  term: Term;
  label: string;
  rank: number;
}

function matching(terms: Terms, typed: string, kind: Kind | null, say: Words): Completion[] {
  const found: Found[] = [];
  for (const term of terms.all) {
    const match = matched(term, typed);
    if (!match) continue;
    const unused = term.uses === 0 ? 1.5 : 0;
    const rank = match.rank + unused + (kind && term.kind !== kind ? 4 : 0) - Math.log10(1 + (term.uses ?? 0)) / 10;
    found.push({ term, label: match.label, rank });
  }
  return found.sort((a, b) => a.rank - b.rank).slice(0, MOST).map(({ term, label }) => ({
    label: term.name, detail: label, type: term.kind, info: () => told(term, say),
  }));
}

/** How well a term answers what is typed (0 best), and the label to show with it; null when it does not. */
function matched(term: Term, typed: string): { rank: number; label: string } | null {
  const own = term.labels[language()] || term.labels["en"] || "";
  const name = fold(term.name);
  const local = name.slice(name.indexOf(":") + 1);
  if (name.startsWith(typed) || local.startsWith(typed)) return { rank: local === typed ? 0 : 1, label: own };
  let best: { rank: number; label: string } | null = null;
  for (const label of Object.values(term.labels)) {
    const folded = fold(label);
    const at = folded.indexOf(typed);
    if (at < 0) continue;
    const rank = folded === typed ? 0 : at === 0 ? 1 : /[\s(/-]/.test(folded[at - 1] ?? "") ? 2 : typed.length > 2 ? 3 : 9;
    if (rank < (best?.rank ?? 9)) best = { rank, label: label === own ? own : `${label}${own ? ` · ${own}` : ""}` };
  }
  if (best) return best;
  return typed.length > 2 && local.includes(typed) ? { rank: 3, label: own } : null;
}

function told(term: Term, say: Words): Node {
  const box = document.createElement("div");
  const line = (text: string, lang?: string): void => {
    const made = document.createElement("div");
    made.textContent = text;
    if (lang) made.lang = lang;
    box.append(made);
  };
  for (const [lang, label] of Object.entries(term.labels)) if (label) line(`${lang}: ${label}`, lang);
  if (term.uses !== null) line(say.count("script.editor.uses", term.uses));
  return box;
}

function prefixes(terms: Terms, typed: string): Completion[] {
  if (!typed || typed.includes(":")) return [];
  return Object.entries(terms.prefixes)
    .filter(([prefix]) => prefix.startsWith(typed))
    .map(([prefix, space]) => ({ label: `${prefix}:`, detail: space, type: "namespace" }));
}

function keywords(typed: string): Completion[] {
  if (!typed || typed.includes(":")) return [];
  return KEYWORDS.filter((one) => one.toLowerCase().startsWith(typed)).map((label) => ({ label, type: "keyword" }));
}

function variables(context: CompletionContext, from: number): CompletionResult | null {
  const text = context.state.doc.toString();
  const here = text.slice(from, context.pos);
  const names = new Set([...text.matchAll(/[?$][\p{L}\p{N}_]+/gu)].filter(({ index }) => index !== from).map(([name]) => name));
  const options = [...names].filter((one) => one.startsWith(here)).sort().map((label) => ({ label, type: "variable" }));
  return options.length ? { from, options, filter: false } : null;
}

function fold(text: string): string {
  return text.toLowerCase();
}
