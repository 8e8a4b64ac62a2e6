/**
 * The editor in the place of the form's text area. It stands in a shadow root of its own: there its styles are
 * constructed sheets, which the pages' policy allows, and not style elements, which it forbids.
 */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionSource } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { EditorState, Prec, type Extension, type Transaction } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { element } from "./dom";

export interface Writing {
  text(): string;
  /** Puts another query in; what was there can be had back with undo. */
  replace(text: string): void;
  focus(): void;
}

export interface Wishes {
  label: string;
  hint: string;
  complete: CompletionSource;
  checks: Extension;
  /** What the editor itself says, to screen readers mostly, by its English words. */
  phrases: Record<string, string>;
  run(): void;
}

/** Replaces the area, which goes on holding the text so that the form can still be sent. */
export function write(area: HTMLTextAreaElement, wishes: Wishes): Writing {
  const host = element("div", { class: "editor" });
  const root = host.attachShadow({ mode: "open", delegatesFocus: true });
  const parent = element("div");
  root.append(parent);
  area.after(host);
  area.hidden = true;
  area.required = false;
  const view = new EditorView({
    root, parent,
    state: EditorState.create({ doc: area.value, extensions: [extensions(wishes), EditorView.updateListener.of((update) => {
      if (update.docChanged) area.value = update.state.doc.toString();
    })] }),
  });
  for (const label of area.labels ?? []) label.addEventListener("click", () => view.focus());
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true }),
    focus: () => view.focus(),
  };
}

function extensions(wishes: Wishes): Extension {
  const run = (): boolean => {
    wishes.run();
    return true;
  };
  return [
    Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
    // Tab is not bound: it leaves the editor, as it leaves any other field.
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    lineNumbers(), lintGutter(), highlightSpecialChars(), history(), drawSelection({ cursorBlinkRate: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 1200 }), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(),
    EditorView.lineWrapping, placeholder(wishes.hint), sparql(), syntaxHighlighting(COLOURS), THEME,
    autocompletion({ override: [wishes.complete], icons: false, maxRenderedOptions: 60 }),
    EditorView.domEventHandlers({ beforeinput: overSelection }),
    wishes.checks,
    EditorState.phrases.of(wishes.phrases),
    EditorView.contentAttributes.of({ "aria-label": wishes.label, "aria-multiline": "true", tabindex: "0", lang: "zxx", translate: "no" }),
  ];
}

/** Left to itself Chromium types over a selection with a copy of its style in an attribute, which the pages' policy forbids. */
function overSelection(event: InputEvent, view: EditorView): boolean {
  const { from, to, empty } = view.state.selection.main;
  const text = event.data;
  if (event.inputType !== "insertText" || empty || !text || view.composing || view.state.selection.ranges.length > 1) return false;
  const typed = (): Transaction => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, typed))) view.dispatch(typed());
  event.preventDefault();
  return true;
}

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--wary)" },
  { tag: [tags.string, tags.integer, tags.float, tags.bool], color: "var(--good)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);

const MONO = 'ui-monospace, "SFMono-Regular", Menlo, Consolas, "DejaVu Sans Mono", monospace';

const THEME = EditorView.theme({
  "&": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--soft)", borderRadius: "4px", fontSize: ".9rem" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "0" },
  ".cm-scroller": { fontFamily: MONO, lineHeight: "1.5", minHeight: "14rem", maxHeight: "60vh", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: ".5rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--quote)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--quote) 60%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--mark)", color: "inherit" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-ground)", color: "var(--bad)" },
  ".cm-placeholder": { color: "var(--soft)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--soft)", borderRadius: "4px", boxShadow: "0 4px 16px rgb(0 0 0 / .2)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: MONO, maxHeight: "16rem", maxWidth: "min(38rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".2rem .6rem", display: "flex", gap: "1rem", justifyContent: "space-between" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--raised)" },
  ".cm-completionDetail": { fontStyle: "normal", fontFamily: "system-ui, sans-serif", opacity: ".85", marginLeft: "0", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-tooltip.cm-completionInfo": { padding: ".4rem .7rem", fontSize: ".85rem", maxWidth: "18rem" },
  // The package draws its marks with data: images, which the pages' policy forbids; these are letters and lines.
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--wary)", textUnderlineOffset: "3px" },
  ".cm-lint-marker": { textAlign: "center", lineHeight: "1.1" },
  ".cm-lint-marker-error": { content: "normal", color: "var(--bad)" },
  ".cm-lint-marker-warning": { content: "normal", color: "var(--wary)" },
  ".cm-lint-marker-error::before": { content: '"●"' },
  ".cm-lint-marker-warning::before": { content: '"▲"' },
  // Where it has no room beside the list it would hide it.
  "@media (max-width: 42rem)": { ".cm-tooltip.cm-completionInfo": { display: "none" } },
  ".cm-diagnostic": { padding: ".35rem .7rem", maxWidth: "min(40rem, 92vw)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--wary)" },
});
