"""The text of a notice as everyone may read it: every place where it was, contact details of people blacked out.

Quotes give single sentences; who wants to read them where they stand needs the text. It is as long as the stored one, so
that all offsets hold, and lies in a graph of its own, `<notice>/text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.contacts import PERSON, Contact, Secrets
from ingest.mentions import Reading
from ingest.notice import Notice, Span
from ingest.ntriples import literal, triple
from ingest.sections import Section
from ontology.namespaces import SEL

MASK = "█"
"""What stands in the place of each character that is not shown; spaces stay."""
_TOPICS = frozenset({"ContactTopic", "OfficerTopic", "ControllerTopic"})
_SHORTEST_STEM = 4
_ENDING = r"[a-zåäöéü:'’]{0,6}"


def people(reading: Reading, organisations: Sequence[Span]) -> list[Span]:
    """Where sections on contacts, the officer and the controller print what looks like the name of a person.

    More than is a contact point: in doubt a name is not shown.
    """
    found: list[Span] = []
    for section, sentences in reading.by_section:
        for place in _places(section, [s.span for s in sentences]):
            for match in PERSON.finditer(reading.notice.text, place.start, place.end):
                span = Span(match.start(), match.end())
                if not any(span.start < o.end and o.start < span.end for o in organisations):
                    found.append(span)
    return found


def _places(section: Section, sentences: Iterable[Span]) -> Iterable[Span]:
    return sentences if section.topics & _TOPICS else ()


def public_text(
    text: str, secrets: Secrets, contacts: Iterable[Contact], others: Iterable[Span] = (), quoted: Iterable[Span] = ()
) -> str:
    """The text without addresses, numbers and names of people; names also where they stand inflected or alone.

    Parameters:
        secrets: what is never shown.
        contacts: the people whose names are looked for again.
        others: what may be names of other people; what is written small elsewhere is none («Data Protection»).
        quoted: the places of public quotes, which are narrowed already: they stay as they are quoted.
    """
    bare = _masked(text, secrets.spans)
    names = [contact.name for contact in contacts if contact.name is not None]
    doubtful = [s for s in others if not all(_is_word(w, bare) for w in text[s.start : s.end].split())]
    shown = list(_masked(bare, [*doubtful, *_again(text, names, bare)]))
    for span in quoted:
        shown[span.start : span.end] = bare[span.start : span.end]
    return "".join(shown)


def _masked(text: str, hidden: Iterable[Span]) -> str:
    shown = list(text)
    for span in hidden:
        shown[span.start : span.end] = [c if c.isspace() else MASK for c in text[span.start : span.end]]
    return "".join(shown)


def _is_word(written: str, text: str) -> bool:
    """Whether something stands in the text in small letters too, as names do not."""
    return re.search(rf"(?<!\w){re.escape(written.lower())}(?!\w)", text) is not None


def _again(text: str, names: Iterable[Span], bare: str) -> Iterable[Span]:
    """The last names of people wherever they stand, with any ending."""
    for name in names:
        last = text[name.start : name.end].split()[-1]
        if len(last) >= _SHORTEST_STEM and not _is_word(last, bare):
            # Finnish inflection changes the end of a name: «Virtanen», «Virtaselle».
            stem = re.escape(last[: max(_SHORTEST_STEM, len(last) - 2)])
            for match in re.finditer(rf"(?<!\w){stem}{_ENDING}(?!\w)", text):
                yield Span(match.start(), match.end())


def lines(notice: Notice, shown: str) -> tuple[str, ...]:
    """The graph `<notice>/text`: what the text node says, as N-Triples."""
    return (triple(f"{notice.iri}/text", SEL.publicText, literal(shown, notice.language)),)
