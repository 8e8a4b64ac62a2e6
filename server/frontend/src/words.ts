/** The words of the interactive parts, in the language of the page: a part of the server's catalogue (server/messages). */

export interface Words {
  /** The text of a key with its `{fields}` filled in. */
  (key: string, values?: Record<string, string | number>): string;
  /** The text of `key.one` or `key.many` with `{number}`. */
  count(key: string, number: number): string;
  number(number: number): string;
}

let asked: Promise<Words> | undefined;

/** The language of the page. */
export function language(): string {
  return document.documentElement.lang || "en";
}

/** The words, fetched once. Rejects when they cannot be had; what needs words is then not shown. */
export function words(): Promise<Words> {
  asked ??= load();
  return asked;
}

async function load(): Promise<Words> {
  const address = document.querySelector<HTMLScriptElement>("script[data-words]")?.dataset["words"] ?? "";
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return speaker((await response.json()) as Record<string, string>);
}

function speaker(texts: Record<string, string>): Words {
  const format = new Intl.NumberFormat(language());
  const say = (key: string, values: Record<string, string | number> = {}): string => {
    const text = texts[key];
    if (text === undefined) throw new Error(`no text for ${key}`);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
  const number = (value: number): string => format.format(value);
  const count = (key: string, value: number): string =>
    say(`${key}.${value === 1 ? "one" : "many"}`, { number: number(value) });
  return Object.assign(say, { count, number });
}
