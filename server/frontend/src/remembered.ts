/** The queries that were run here, newest first. They stay in this browser and are never sent anywhere. */
const KEY = "seloste.queries";
const MOST = 30;

export interface Remembered {
  query: string;
  at: string;
}

export function recall(): Remembered[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one): one is Remembered => typeof one?.query === "string" && typeof one?.at === "string") : [];
  } catch {
    return []; // the browser keeps nothing, or somebody else wrote there
  }
}

export function remember(query: string): void {
  const all = [{ query, at: new Date().toISOString() }, ...recall().filter((one) => one.query !== query)];
  try {
    localStorage.setItem(KEY, JSON.stringify(all.slice(0, MOST)));
  } catch {
    // A browser that keeps nothing has no history; the editor works without.
  }
}

export function forget(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There was nothing to remove.
  }
}
