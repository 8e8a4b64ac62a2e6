"""Pages as HTML: Jinja2 with everything escaped, and what each template may use."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.messages import LANGUAGES
from server.problems import MEDIA_TYPE, Problem
from server.protocol import HTML
from server.service import PAGE_VARY, Reply, Visit

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}


class Renderer:
    """The templates and the files that pages load from here."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # Known by name beforehand: an address is never a path.
        self._files = {
            file.name: file.read_bytes() for file in sorted((_HERE / "static").iterdir()) if file.suffix in _TYPES
        }
        self._version = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]

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
            **context,
        )
        headers = {"Vary": PAGE_VARY, "Content-Language": visit.language, "Cache-Control": "no-cache"}
        return Reply(text.encode(), HTML, status, headers)

    def static(self, name: str) -> Reply | None:
        """A file that pages load; its address changes with its content, so it may be kept."""
        body = self._files.get(name)
        if body is None:
            return None
        return Reply(body, _TYPES[Path(name).suffix], 200, {"Cache-Control": "public, max-age=31536000, immutable"})

    def problem(self, visit: Visit, problem: Problem, *, machine: bool, english: str) -> Reply:
        """A problem for a machine, as RFC 9457 says with its title `english`, or as a page."""
        if not machine:
            reply = self.page("problem.html", visit, status=problem.status, problem=problem)
            return Reply(reply.body, HTML, problem.status, {**reply.headers, **problem.headers})
        body = json.dumps(problem.document(english), ensure_ascii=False, indent=2) + "\n"
        headers = {"Vary": PAGE_VARY, "Cache-Control": "no-store", **problem.headers}
        return Reply(body.encode(), MEDIA_TYPE, problem.status, headers)
