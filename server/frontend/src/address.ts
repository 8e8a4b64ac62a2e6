/** The address of a query: `?query=` works without scripts too; what is too long for that goes behind a `#`. */

const LONGEST = 6000; // characters of an address that servers and mail programs take

/** The query that the page's address asks for behind its `#`. */
export function asked(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("query");
}

/** The page with a query in it, in the language that was chosen by the address. */
export function permalink(endpoint: URL, query: string): URL {
  const address = new URL(endpoint);
  address.searchParams.set("query", query);
  if (address.href.length <= LONGEST) return address;
  address.searchParams.delete("query");
  address.hash = new URLSearchParams({ query }).toString();
  return address;
}

/** The answer in a format, for whoever fetches it from elsewhere; null when its address would be too long. */
export function download(endpoint: URL, query: string, format: string): URL | null {
  const address = new URL(endpoint);
  address.searchParams.set("query", query);
  address.searchParams.set("format", format);
  return address.href.length <= LONGEST * 4 ? address : null;
}

/** Makes the address bar, and the links to the other languages, those of a query. */
export function show(endpoint: URL, query: string): void {
  const here = permalink(endpoint, query);
  history.replaceState(null, "", here);
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[rel~=alternate][hreflang]")) {
    const other = permalink(new URL(link.pathname, location.href), query);
    other.searchParams.set("lang", link.hreflang);
    link.href = other.href;
  }
}
