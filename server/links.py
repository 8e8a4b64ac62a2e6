"""All addresses of the pages, built in one place.

An IRI under the instance base is served here under `/id/`; the language chosen by `?lang=` is carried along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

# A place in a notice's text (data-model section 1): it is shown on the notice's page.
_SPAN = re.compile(r"(notice/[^/#]+)/text#char=(\d+),(\d+)")
# RFC 3986 path characters that instance IRIs use as they are.
_PATH = "/~:@!$&'()*+,;=-._"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses for one request. `root` is the path under which the application stands, mostly empty.

    `stored` is false for a page about what is in no store: its own IRIs lead nowhere.
    """

    root: str
    base: str
    language: str | None = None
    stored: bool = True

    def home(self, language: str | None = None) -> str:
        """The start page."""
        return self._to("/", {}, language)

    def questions(self, media: str | None = None) -> str:
        """The list of stored questions, as a page or in the format `media`."""
        return self._to("/questions", {"format": media} if media else {})

    def question(self, name: str, values: Mapping[str, str] | None = None, media: str | None = None) -> str:
        """A stored question, asked with `values`, in the format `media`."""
        return self._to(f"/questions/{quote(name, safe='')}", {**(values or {}), **({"format": media} if media else {})})

    def sparql(self, query: str | None = None, media: str | None = None) -> str:
        """The query page, or the answer to a query."""
        return self._to("/sparql", {**({"query": query} if query else {}), **({"format": media} if media else {})})

    def concept(self, name: str) -> str:
        """The page of a concept by its short name, such as dpv:DirectMarketing."""
        return self._to(f"/concepts/{quote(name, safe=':')}", {})

    def rule(self, iri: str) -> str:
        """A rule in the catalogue of rules."""
        return f"{self._to('/rules', {})}#{quote(iri.rpartition('#')[2], safe=_PATH)}"

    def page(self, path: str, values: Mapping[str, str] | None = None) -> str:
        """A page with an address of its own, such as /about."""
        return self._to(path, values or {})

    def turned(self, iri: str, after: str) -> str:
        """The next page of what is listed about one of our own resources, behind a key."""
        return self._to(f"/id/{quote(iri.removeprefix(self.base), safe=_PATH)}", {"after": after})

    def export(self, name: str) -> str:
        """A download of the whole dataset."""
        return f"{self.root}/export/{quote(name, safe='')}"

    def annotations(self, notice: str, media: str | None = None) -> str:
        """The Web Annotations of a notice."""
        path = f"/id/{quote(notice.removeprefix(self.base), safe=_PATH)}/annotations"
        return self._to(path, {"format": media} if media else {})

    def static(self, name: str, version: str) -> str:
        """A file of the pages; `version` changes with its content."""
        return f"{self.root}/static/{quote(name)}?v={version}"

    def lint(self) -> str:
        """Where a query is parsed without being evaluated."""
        return f"{self.root}/sparql/lint"

    def completions(self) -> str:
        """The terms that a query can use."""
        return f"{self.root}/sparql/completions"

    def asset(self, name: str) -> str:
        """A file of the build; its name changes with its content."""
        return f"{self.root}/static/{quote(name)}"

    def resource(self, iri: str, media: str | None = None) -> str | None:
        """Where an IRI is described: here when it is ours, at its own address when it is on the web, else None."""
        if iri.startswith(self.base) and not self.stored:
            return None
        if iri.startswith(self.base):
            span = _SPAN.fullmatch(iri.removeprefix(self.base))
            if span and not media:
                return self.passage(self.base + span[1], span[2], span[3])
            path, mark, fragment = iri.removeprefix(self.base).partition("#")
            there = self._to(f"/id/{quote(path, safe=_PATH)}", {"format": media} if media else {})
            return f"{there}#{quote(fragment, safe=_PATH)}" if mark else there
        return iri if iri.startswith(("https://", "http://")) else None

    def passage(self, notice: str, start: str | None, end: str | None) -> str | None:
        """A notice's page at the quote between two offsets."""
        page = self.resource(notice)
        return f"{page}#{anchor(start, end)}" if page and start and end else page

    def translated(self, path: str, query: Mapping[str, str], language: str) -> str:
        """The present page in another language; `path` is the whole path as it came."""
        return f"{quote(path, safe=_PATH)}?{urlencode({**query, 'lang': language})}"

    def _to(self, path: str, query: Mapping[str, str], language: str | None = None) -> str:
        chosen = language or self.language
        pairs = {**query, **({"lang": chosen} if chosen else {})}
        return f"{self.root}{path}" + (f"?{urlencode(pairs)}" if pairs else "")


def anchor(start: str, end: str) -> str:
    """The id of the element that holds the quote between two offsets."""
    return f"char-{start}-{end}"
