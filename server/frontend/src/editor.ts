/**
 * The SPARQL page: the form's text area becomes an editor, and answers come without a new page.
 *
 *   <section data-view="editor" data-root="" data-endpoint="/sparql" data-check="/sparql/check" data-terms="/sparql/terms"
 *            data-examples="/questions?format=json">
 *     <form class="query">… <textarea name="query"> … <select name="format"> … <button type="submit"></form>
 *     <div class="answer">the answer that came with the page, if any</div>
 *   </section>
 */
import { show as showAddress, asked } from "./address";
import { ask, Problem } from "./answers";
import { Answering } from "./answering";
import { checking } from "./checking";
import choices from "./choices.css";
import { completion } from "./completion";
import { adopt, button, element } from "./dom";
import style from "./editor.css";
import { forget, recall, remember } from "./remembered";
import { enhance } from "./table";
import { load, type Terms } from "./terms";
import { language, words, type Words } from "./words";
import { write, type Writing } from "./writing";

interface Example {
  name: string;
  titles: Record<string, string>;
  sparql: string;
}

export async function show(section: HTMLElement): Promise<void> {
  const form = section.querySelector("form");
  const area = section.querySelector("textarea");
  const place = section.querySelector<HTMLElement>(".answer");
  if (!form || !area || !place) return;
  const say = await words();
  adopt(choices);
  adopt(style);
  const page = new EditorPage(section, form, area, place, say);
  for (const table of place.querySelectorAll("table")) enhance(table, say);
  const linked = asked();
  if (linked) {
    page.put(linked);
    page.run();
  }
}

class EditorPage {
  readonly #endpoint: URL;
  readonly #terms: Promise<Terms>;
  readonly #writing: Writing;
  readonly #answering: Answering;
  readonly #choices: Choices;
  readonly #status = element("p", { class: "status", role: "status" });
  readonly #run: HTMLButtonElement;
  readonly #cancel: HTMLButtonElement;
  #running: AbortController | null = null;

  constructor(section: HTMLElement, form: HTMLFormElement, area: HTMLTextAreaElement, place: HTMLElement, private readonly say: Words) {
    const { endpoint = "", check = "", terms = "", examples = "", root = "" } = section.dataset;
    this.#endpoint = new URL(endpoint, location.href);
    this.#terms = load(terms);
    this.#terms.catch(() => undefined); // without them there is no completion, and everything else works
    this.#answering = new Answering(place, this.#endpoint, root, say);
    const found = element("p", { class: "found", role: "status" });
    this.#writing = write(area, {
      label: area.labels?.[0]?.textContent ?? "SPARQL", hint: say("script.editor.hint"), run: () => this.run(),
      complete: completion(this.#terms, say),
      phrases: {
        Completions: say("script.editor.completions"), Diagnostics: say("script.editor.problems"),
        "No diagnostics": say("script.editor.no-problems"), close: say("script.editor.close"),
      },
      checks: checking(check, this.#terms, say, (...parts) => found.replaceChildren(...parts)),
    });
    this.#run = form.querySelector("button") as HTMLButtonElement;
    this.#cancel = button(say("script.editor.cancel"), () => this.cancel(), { hidden: true, class: "plain" });
    for (const one of form.querySelectorAll<HTMLElement>("[data-plain]")) one.hidden = true;
    this.#run.after(this.#cancel, element("span", { class: "keys" }, say("script.editor.keys")), this.#status);
    form.querySelector(".editor")?.after(found);
    this.#choices = new Choices(examples, this, say);
    area.labels?.[0]?.before(this.#choices.element);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
  }

  /** Puts another query into the editor. */
  put(query: string): void {
    this.#writing.replace(query);
  }

  focus(): void {
    this.#writing.focus();
  }

  run(): void {
    void this.#ask(this.#writing.text());
  }

  /** Ends the query, here and on the server. */
  cancel(): void {
    this.#running?.abort();
  }

  async #ask(query: string): Promise<void> {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    const done = this.#busy();
    try {
      const answer = await ask(this.#endpoint, query, running.signal);
      const terms = await this.#terms.catch(() => null);
      if (running.signal.aborted) return;
      remember(query);
      this.#choices.recall();
      showAddress(this.#endpoint, query);
      this.#answering.show(answer, query, terms);
    } catch (error) {
      if (this.#running !== running) return; // another query has taken its place
      if (running.signal.aborted) this.#answering.note(this.say("script.editor.cancelled"));
      else this.#answering.problem(error instanceof Problem ? error : new Problem("failed", {}));
    } finally {
      if (this.#running === running) {
        this.#running = null;
        done();
      }
    }
  }

  #busy(): () => void {
    const began = performance.now();
    const seconds = element("span", { "aria-hidden": "true" });
    this.#status.replaceChildren(this.say("script.editor.running"), " ", seconds);
    this.#cancel.hidden = false;
    const tick = setInterval(() => (seconds.textContent = `${Math.round((performance.now() - began) / 1000)} s`), 1000);
    return () => {
      clearInterval(tick);
      this.#status.replaceChildren();
      // Whoever pressed the button that goes away goes on from the editor.
      if (document.activeElement === this.#cancel) this.focus();
      this.#cancel.hidden = true;
    };
  }
}

/** Queries to begin with: the stored questions, and those that were run here. */
class Choices {
  readonly element = element("div", { class: "begin" });
  readonly #history = element("select", { id: "history" });
  readonly #clear: HTMLButtonElement;

  constructor(address: string, private readonly page: EditorPage, private readonly say: Words) {
    const examples = element("select", { id: "examples" }, element("option", { value: "" }, say("form.choose")));
    examples.addEventListener("change", () => this.#take(examples));
    this.#history.addEventListener("change", () => this.#take(this.#history));
    // The list is made anew each time it is opened: other tabs write it too.
    this.#history.addEventListener("focus", () => this.recall());
    this.#clear = button(say("script.editor.forget"), () => {
      forget();
      this.recall();
      this.#history.focus();
    }, { class: "plain" });
    this.element.append(
      element("p", {}, element("label", { for: "examples" }, say("script.editor.examples")), examples),
      element("p", {}, element("label", { for: "history" }, say("script.editor.history")), this.#history, this.#clear),
    );
    this.recall();
    void this.#offer(address, examples);
  }

  async #offer(address: string, list: HTMLSelectElement): Promise<void> {
    const response = await fetch(address);
    if (!response.ok) return;
    const { questions } = (await response.json()) as { questions: Example[] };
    for (const one of questions) list.append(element("option", { value: one.sparql }, one.titles[language()] ?? one.name));
  }

  /** Makes the list of own queries anew. */
  recall(): void {
    const time = new Intl.DateTimeFormat(language(), { dateStyle: "short", timeStyle: "short" });
    const kept = recall();
    const options = kept.map(({ query, at }) => element("option", { value: query }, `${time.format(new Date(at))}  ${gist(query)}`));
    const first = this.say(kept.length ? "form.choose" : "script.editor.no-history");
    this.#history.replaceChildren(element("option", { value: "" }, first), ...options);
    this.#clear.hidden = !kept.length;
  }

  #take(list: HTMLSelectElement): void {
    if (!list.value) return;
    this.page.put(list.value);
    list.value = "";
    this.page.focus();
  }
}

/** The query in one line, without what all of them begin with. */
function gist(query: string): string {
  const bare = query.replace(/^\s*(PREFIX\s+\S+\s+<[^>]*>|#.*)\s*$/gim, "").replace(/\s+/g, " ").trim();
  return bare.length > 90 ? `${bare.slice(0, 89)}…` : bare;
}
