"""Pages as HTML: Jinja2 with everything escaped, and what each template may use."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.bundle import Asset, Bundle
from server.messages import LANGUAGES, Messages
from server.negotiation import coding_coverage, preferred
from server.problems import MEDIA_TYPE, Problem
from server.protocol import HTML
from server.service import PAGE_VARY, Reply, Visit

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


class Renderer:
    """The templates and the files that pages load from here."""

    def __init__(self, catalogues: Mapping[str, Messages]) -> None:
        """Read templates, style and scripts; the scripts say the words of `catalogues`."""
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # Known by name beforehand: an address is never a path.
        files = {
            file.name: _asset(file.read_bytes(), _TYPES[file.suffix])
            for file in sorted((_HERE / "static").iterdir())
            if file.suffix in _TYPES
        }
        for language, words in catalogues.items():
            body = json.dumps(words.scripted(), ensure_ascii=False).encode()
            files[f"words.{language}.json"] = _asset(body, "application/json")
        self._version = hashlib.sha256(b"".join(one.body for one in files.values())).hexdigest()[:12]
        self._bundle = Bundle.load()
        self._files = {**files, **self._bundle.files}

    @property
    def scripts(self) -> bool:
        """Whether the scripts of the pages were built."""
        return self._bundle("main") is not None

    def page(self, template: str, visit: Visit, *, status: int = 200, **context: object) -> Reply:
        """A page in the visitor's language. `context` is what its template shows."""
        text = self._templates.get_template(template).render(
            t=visit.messages,
            links=visit.links,
            languages=LANGUAGES,
            here=visit.path,
            place=visit.path.removeprefix(visit.links.root),
            fields={name: value for name, value in visit.fields.items() if name != "lang"},
            version=self._version,
            asset=self._bundle,
            **context,
        )
        headers = {"Vary": PAGE_VARY, "Content-Language": visit.language, "Cache-Control": "no-cache"}
        return Reply(text.encode(), HTML, status, headers)

    def static(self, name: str, accept_encoding: str = "") -> Reply | None:
        """A file that pages load; its address changes with its content, so it may be kept."""
        found = self._files.get(name)
        if found is None:
            return None
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        if found.compressed is None:
            return Reply(found.body, found.media_type, 200, headers)
        headers["Vary"] = "Accept-Encoding"
        if "gzip" not in preferred(accept_encoding or "identity", ("gzip",), coding_coverage):
            return Reply(found.body, found.media_type, 200, headers)
        return Reply(found.compressed, found.media_type, 200, {**headers, "Content-Encoding": "gzip"})

    def problem(self, visit: Visit, problem: Problem, *, machine: bool, english: str) -> Reply:
        """A problem for a machine, as RFC 9457 says with its title `english`, or as a page."""
        if not machine:
            reply = self.page("problem.html", visit, status=problem.status, problem=problem)
            return Reply(reply.body, HTML, problem.status, {**reply.headers, **problem.headers})
        body = json.dumps(problem.document(english), ensure_ascii=False, indent=2) + "\n"
        headers = {"Vary": PAGE_VARY, "Cache-Control": "no-store", **problem.headers}
        return Reply(body.encode(), MEDIA_TYPE, problem.status, headers)


def _asset(body: bytes, media_type: str) -> Asset:
    return Asset(body, media_type, gzip.compress(body, mtime=0))
