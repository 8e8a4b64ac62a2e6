"""How articles are cited in each language: "GDPR 13(1)(c)" of the rules as a Finnish, Swedish or English lawyer writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ARTICLE = re.compile(r"(\d+)(?:\((\w+)\))?(?:\((\w+)\))?")
_SECTION = re.compile(r"(\d+/\d+) (\d+) §")


def cited(article: str, words: Mapping[str, str]) -> str:
    """The articles of a rule in words; `words` are those of `shapes.wording`, with their patterns "cite-…"."""
    parts = article.replace("GDPR", "").replace(";", ",").split(",")
    return ", ".join(_one(part.strip(), words) for part in parts if part.strip())


def _one(part: str, words: Mapping[str, str]) -> str:
    section = _SECTION.fullmatch(part)
    if section is not None:
        return words["cite-section"].format(*section.groups())
    match = _ARTICLE.fullmatch(part)
    if match is None:
        return part
    number, paragraph, point = match.groups()
    if point is not None:
        return words["cite-point"].format(number, paragraph, point)
    if paragraph is not None and not paragraph.isdigit():
        return words["cite-bare-point"].format(number, paragraph)
    return words["cite-paragraph" if paragraph else "cite-article"].format(number, paragraph)
