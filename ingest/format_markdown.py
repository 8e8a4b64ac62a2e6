"""Markdown (CommonMark): nearly the stored text as it stands, for headings and lists are marked there in the same way.

Front matter is about the page, not of the notice, and is taken off. Links stay as they are written, since one that leads
nowhere is a finding. Headings underlined with `===` or `---` get the marks before them that all other headings have.
"""

from __future__ import annotations

import re

_FRONT_MATTER = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\n(?:.{0,2000}\n){0,200}?\1[ \t]*(?:\n|\Z)")
_FIELD = re.compile(r"^[\w-]+[ \t]*[:=]", re.MULTILINE)
_UNDERLINED = re.compile(r"(?:\A|(?<=\n\n))(\S[^\n]{0,120})\n(=|-)\2{2,}[ \t]*(?=\n|\Z)")
_CLOSED = re.compile(r"^(#{1,6} [^\n]*?)[ \t]+#+[ \t]*$", re.MULTILINE)


def markdown_text(raw: str) -> str:
    """The text of a Markdown document without front matter and comments."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    matter = _FRONT_MATTER.match(text)
    if matter and _FIELD.search(matter.group()):
        text = text[matter.end() :].lstrip("\n")
    text = _UNDERLINED.sub(_before, _without_comments(text))
    return _CLOSED.sub(r"\1", text)


def _without_comments(text: str) -> str:
    """The text without what HTML comments hide; one that never ends hides nothing."""
    out: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        out.append(text[at:start])
        at = end + 3
    return "".join([*out, text[at:]])


def _before(match: re.Match[str]) -> str:
    words, line = match.groups()
    if words.startswith(("#", "- ", "* ", "|", ">")):
        return match.group()
    return ("# " if line == "=" else "## ") + words
