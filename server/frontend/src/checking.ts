/**
 * What is wrong with a query before it is run: the server's parser says where it cannot be read on, and names that
 * neither the vocabulary nor the data know are marked, since a slip there gives an empty answer and no error.
 */
import { syntaxTree } from "@codemirror/language";
import { linter, type Diagnostic } from "@codemirror/lint";
import type { EditorState, Extension, Text } from "@codemirror/state";
import { element } from "./dom";
import type { Terms } from "./terms";
import type { Words } from "./words";

const DELAY = 400;

/** A problem with the place to tell, which is not always where it is marked. */
type Found = Diagnostic & { at: number };

interface Checked {
  problems: { name: string; line?: number; column?: number; message: string }[];
}

/** `told` is given the first problem, or nothing, after each check. */
export function checking(address: string, terms: Promise<Terms>, say: Words, told: (...parts: (Node | string)[]) => void): Extension {
  return linter(
    async (view) => {
      const { state } = view;
      if (!state.doc.toString().trim()) {
        told();
        return [];
      }
      const [problems, known] = await Promise.all([parsed(address, state, say), terms.catch(() => null)]);
      const found = problems.length || !known ? problems : unknown(state, known, say);
      if (state.doc.eq(view.state.doc)) told(...first(state.doc, found, say));
      return found;
    },
    { delay: DELAY },
  );
}

async function parsed(address: string, state: EditorState, say: Words): Promise<Found[]> {
  const text = state.doc.toString();
  let checked: Checked;
  try {
    const response = await fetch(address, { method: "POST", headers: { "Content-Type": "application/sparql-query" }, body: text });
    if (!response.ok) return []; // nothing can be said; running will say more
    checked = (await response.json()) as Checked;
  } catch {
    return [];
  }
  return checked.problems.map(({ name, line, column, message }) => {
    const from = line === undefined ? 0 : position(state.doc, line, column ?? 1);
    const to = line === undefined ? state.doc.line(1).to : wordEnd(text, from);
    // An error at the end of a line has no letter of its own to be marked.
    return { at: from, from: to > from ? from : Math.max(0, from - 1), to, severity: "error", source: say(`problem.${name}`), message };
  });
}

/** The offset of a place that the parser names in lines and characters, both from 1. */
function position(doc: Text, line: number, column: number): number {
  const at = doc.line(Math.min(Math.max(1, line), doc.lines));
  // The parser counts characters; the editor counts in UTF-16.
  return Math.min(at.from + [...at.text].slice(0, column - 1).join("").length, at.to);
}

function wordEnd(text: string, from: number): number {
  const word = /^[\p{L}\p{N}_:?$.-]+|^[^\n]/u.exec(text.slice(from));
  return from + (word?.[0].length ?? 0);
}

function unknown(state: EditorState, terms: Terms, say: Words): Found[] {
  const found: Found[] = [];
  const redeclared = new Set([...state.doc.toString().matchAll(/\bPREFIX\s+([\p{L}\p{N}_-]*):\s*<([^>]*)>/giu)]
    .filter(([, prefix, space]) => terms.prefixes[prefix ?? ""] !== space).map(([, prefix]) => prefix));
  syntaxTree(state).iterate({
    enter(node) {
      if (node.name !== "PrefixedName" && node.name !== "Pname_ln") return;
      const name = state.sliceDoc(node.from, node.to);
      const prefix = name.slice(0, name.indexOf(":"));
      if (redeclared.has(prefix) || name.endsWith(":") || !terms.complete(prefix) || terms.get(name)) return;
      if (found.at(-1)?.from === node.from) return;
      found.push({ at: node.from, from: node.from, to: node.to, severity: "warning", message: say("script.editor.unknown", { name }) });
    },
  });
  return found;
}

function first(doc: Text, found: Found[], say: Words): (Node | string)[] {
  const [one] = [...found].sort((a, b) => a.at - b.at);
  if (!one) return [];
  const line = doc.lineAt(one.at);
  const place = say("problem.syntax.place", { line: line.number, column: one.at - line.from + 1 });
  // What the parser says is English on any page.
  return [`${place} `, element("span", one.severity === "error" ? { lang: "en" } : {}, one.message)];
}
