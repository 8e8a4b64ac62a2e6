"""Which language a notice is written in: as a whole, and passage by passage where a page says the same in two languages.

Paragraphs are what is told apart: a title or a name belongs to the paragraphs around it, and a passage counts only when it
is long enough to state something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from ingest.document_errors import UnknownLanguage
from ingest.notice import Passage, Span
from ontology.lexicon import LANGUAGES

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

NEIGHBOURS = ("et", "da", "nb", "nn", "no", "de", "fr", "es", "nl", "ru", "it", "pl", "pt", "lv", "lt")
FEWEST_LETTERS = 40
LONG_PARAGRAPH = 60
"""Letters from which a paragraph's language can be told by itself."""
SHORTEST_PASSAGE = 500
"""Characters of another language that make a passage; less is a quotation or a name."""
SAMPLE = 2000
"""Characters of the pieces by which a text is first looked over: most are in one language throughout."""
SURE = 0.9
_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?!\s*\n))+")


@cache
def _identifier() -> LanguageIdentifier:
    """The language model, loaded when first asked for: it takes longer than reading a notice."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.nb_classes)
    identifier.set_languages([code for code in (*LANGUAGES, *NEIGHBOURS) if code in known])
    return identifier


def identify_language(text: str, source: str) -> str:
    """The language of a notice: fi, sv or en.

    Raises:
        UnknownLanguage: when it is another one, or there is too little text to tell.
    """
    if sum(c.isalpha() for c in text[:2000]) < FEWEST_LETTERS:
        raise UnknownLanguage(
            source,
            "too little text to tell its language",
            "Give the whole notice, or name its language with --language.",
        )
    language, probability = _identifier().classify(text[:20_000])
    if language not in LANGUAGES:
        raise UnknownLanguage(
            source,
            f"the text seems to be in «{language}» (probability {probability:.2f})",
            "Seloste reads Finnish, Swedish and English; name the language with --language if this is wrong.",
        )
    return str(language)


def passages(text: str, main: str) -> tuple[Passage, ...]:
    """The passages of a text in order, if it is in more than one language; none otherwise.

    Parameters:
        main: the language of the text as a whole.
    """
    pieces = (text[start : start + SAMPLE] for start in range(0, len(text), SAMPLE))
    if all(_language(piece, main) == main for piece in pieces):
        return ()
    runs: list[Passage] = []
    for span, language in _paragraphs(text, main):
        if runs and runs[-1].language == language:
            runs[-1] = Passage(Span(runs[-1].span.start, span.end), language)
        else:
            runs.append(Passage(span, language))
    kept: list[Passage] = []
    for run in runs:
        language = run.language if run.span.end - run.span.start >= SHORTEST_PASSAGE else main
        if kept and kept[-1].language == language:
            kept[-1] = Passage(Span(kept[-1].span.start, run.span.end), language)
        else:
            kept.append(Passage(run.span, language))
    return tuple(kept) if len({p.language for p in kept}) > 1 else ()


def _paragraphs(text: str, main: str) -> Iterator[tuple[Span, str]]:
    """The paragraphs with their languages; a short one is in that of the next long one, so that titles stay with theirs."""
    found = [(Span(m.start(), m.end()), _told(m.group())) for m in _PARAGRAPH.finditer(text)]
    later = main
    out: list[tuple[Span, str]] = []
    for span, language in reversed(found):
        later = language or later
        out.append((span, later))
    yield from reversed(out)


def _told(paragraph: str) -> str | None:
    """The language of a paragraph, if it is long and clear enough to tell."""
    if sum(c.isalpha() for c in paragraph) < LONG_PARAGRAPH:
        return None
    return _language(paragraph, None)


def _language(piece: str, otherwise: str | None) -> str | None:
    """The language that a piece of text is surely in, of those that are read."""
    language, probability = _identifier().classify(piece)
    return str(language) if language in LANGUAGES and probability >= SURE else otherwise
