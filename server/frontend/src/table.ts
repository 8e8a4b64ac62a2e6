/**
 * A table that is sorted by its headings and turned page by page. It works on rows that stand in the page already:
 *
 *   <div data-view="table"><table>…</table></div>
 *
 * A cell may say by `data-sort` what it is sorted by; numbers sort as numbers, words as the language of the page has it.
 * A row with `data-fixed` (a total, say) is left alone by putting it into the table's foot.
 */
import { adopt, button, element } from "./dom";
import style from "./table.css";
import { language, words, type Words } from "./words";

const PAGE = 50;

export async function show(holder: HTMLElement): Promise<void> {
  const say = await words();
  for (const table of holder.querySelectorAll("table")) enhance(table, say);
}

/** Makes headings buttons and, where there is more than a page, adds what turns pages behind the table's scroller. */
export function enhance(table: HTMLTableElement, say: Words): void {
  const body = table.tBodies[0];
  if (!body || !table.tHead) return;
  adopt(style);
  const original = [...body.rows];
  let rows = original;
  const pager = new Pager(say, original.length, (from) => body.replaceChildren(...rows.slice(from, from + PAGE)));
  if (original.length > PAGE) (table.closest(".scroll") ?? table).after(pager.element);
  pager.show(0);
  if (original.length < 2) return;
  const heads = [...(table.tHead.rows[0]?.cells ?? [])];
  heads.forEach((head, column) => {
    if (!head.textContent?.trim()) return;
    const pressed = button("", () => {
      const before = head.getAttribute("aria-sort");
      for (const one of heads) one.removeAttribute("aria-sort");
      // Up, down, and back to the order in which the answer came.
      const order = before === null ? "ascending" : before === "ascending" ? "descending" : null;
      if (order) head.setAttribute("aria-sort", order);
      rows = order ? sorted(original, column, order === "descending") : original;
      pager.show(0);
    }, { class: "sort" });
    pressed.append(...head.childNodes);
    head.append(pressed);
  });
}

class Pager {
  readonly element = element("nav", { class: "pager" });
  readonly #where = element("span", { role: "status" });
  readonly #previous: HTMLButtonElement;
  readonly #next: HTMLButtonElement;
  #from = 0;

  constructor(private readonly say: Words, private readonly total: number, private readonly turn: (from: number) => void) {
    this.#previous = button(say("script.table.previous"), () => this.show(this.#from - PAGE));
    this.#next = button(say("script.table.next"), () => this.show(this.#from + PAGE));
    this.element.setAttribute("aria-label", say("script.table.pages"));
    this.element.append(this.#previous, this.#where, this.#next);
  }

  show(from: number): void {
    if (from < 0 || (from > 0 && from >= this.total)) return;
    this.#from = from;
    const to = Math.min(from + PAGE, this.total);
    this.turn(from);
    const { say } = this;
    this.#where.textContent = say("script.table.place", {
      from: say.number(from + 1), to: say.number(to), total: say.number(this.total),
    });
    // Not `disabled`: whoever turns pages by keyboard would lose the focus at the last one.
    this.#previous.setAttribute("aria-disabled", String(from === 0));
    this.#next.setAttribute("aria-disabled", String(to >= this.total));
  }
}

/** Rows by a column; empty cells come last in either direction, equal ones keep their order. */
function sorted(rows: HTMLTableRowElement[], column: number, down: boolean): HTMLTableRowElement[] {
  const keyed = rows.map((row) => ({ row, key: key(row.cells[column]) }));
  const numeric = keyed.every(({ key: one }) => one === "" || number(one) !== null);
  const collator = new Intl.Collator(language(), { numeric: true });
  const compare = (a: string, b: string): number => numeric ? (number(a) ?? 0) - (number(b) ?? 0) : collator.compare(a, b);
  return keyed
    .sort((a, b) => {
      if (!a.key || !b.key) return Number(!a.key) - Number(!b.key);
      return down ? compare(b.key, a.key) : compare(a.key, b.key);
    })
    .map(({ row }) => row);
}

function key(cell: HTMLTableCellElement | undefined): string {
  if (!cell || cell.classList.contains("is-none")) return "";
  return cell.dataset["sort"] ?? cell.textContent?.trim() ?? "";
}

/** A number as pages write it: with spaces or commas between thousands. */
function number(text: string): number | null {
  const plain = text.replace(/[\s,](?=\d{3}(\D|$))/g, "");
  return /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(plain) ? Number(plain) : null;
}
