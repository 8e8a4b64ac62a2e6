"""The controller of a notice (GDPR Art. 4(7), 13(1)(a)): who decides on the processing, as the notice names them.

Read from the section about the controller, else from running text that says who it is, else from the title. No controller
in the text: no controller in the graph. A private person can be one: who the controller is, is never a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.claims import Claim, Iri, Text, Value, said
from ingest.headings import POSTCODE
from ingest.mentions import Reading, ReadSentence
from ingest.names import BusinessId, Name, NameReader, business_ids, is_marked, printed_name, slug
from ingest.notice import Span
from ingest.organisations import Organisation, names_in, same
from ingest.tokens import Token
from ontology.namespaces import DPV, ID_BASE, SEL

FIELDS = frozenset({"AddressField", "PhoneField", "EmailField", "WebField", "IdentifierField", "PersonField"})
LABELS = FIELDS | {"NameField", "ControllerSignal", "ContactSignal"}
LONGEST_BARE_NAME = 7
LONGEST_NAMED_IN_TEXT = 5
LONGEST_LABEL = 24
"""Characters from a label of a name to its colon: «Name / Data controller:»."""
_NAME_BEGINS = re.compile(r"[\s:]*(?:[^\W\d_][\w&'’-]*[ \t]+){1,5}")
_STREET = re.compile(r"\s\d+\s?[A-Za-z]?(?=\s|,|$)")
"""The number of a house, with which a street ends."""
_CUT = re.compile(r"[(,\n:]|\s[–—-]\s")
_ELSEWHERE = frozenset({"RightTopic", "RecipientTopic", "SourceTopic"})


@dataclass(frozen=True, slots=True)
class Controller:
    """A controller with where the notice names it."""

    organisation: Organisation
    name: Name
    identifier: BusinessId | None


class ControllerReader:
    """Reads the controllers of notices in one language."""

    def __init__(self, names: NameReader) -> None:
        self._names = names

    def controllers(self, reading: Reading) -> list[Controller]:
        """The controllers that the notice names, in order, each once."""
        out: list[Controller] = []
        for name, identifier in (
            [*self._from_sections(reading)] or [*self._from_text(reading)] or [*self._from_title(reading)]
        ):
            if not any(same(name.name, c.name.name) for c in out):
                valid = identifier.number if identifier is not None and identifier.valid else None
                step = valid or slug(name.name)
                organisation = Organisation(
                    f"{ID_BASE}organisation/{step}",
                    name.name,
                    identifier.number if identifier else None,
                    controller=True,
                )
                out.append(Controller(organisation, name, identifier))
        return out

    def _from_sections(self, reading: Reading) -> Iterator[tuple[Name, BusinessId | None]]:
        text = reading.notice.text
        for section, mine in reading.by_section:
            if "ControllerTopic" not in section.topics or not mine:
                continue
            name = next(self._named(text, mine), None)
            if name is not None:
                ids = business_ids(text, Span(section.start, section.end))
                yield name, next((i for i in ids if i.valid), ids[0] if ids else None)

    def _named(self, text: str, sentences: Sequence[ReadSentence]) -> Iterator[Name]:
        """Names in a controller section, best first: with a legal form, then the first line that can be one."""
        for s in sentences[:6]:
            found = sorted(names_in(s, self._names), key=lambda name: not name.formal)
            found = [name for name in found if not POSTCODE.match(name.name)]  # «00014 Helsingin yliopisto» is an address
            yield from (self._whole_line(text, s, name) for name in found)
        for number, s in enumerate(sentences[:3]):
            addressed = number + 1 < len(sentences) and _is_address(text, sentences[number + 1])
            span = self._bare_line(text, s, addressed=addressed)
            if span is not None:
                yield Name(printed_name(text, span), span)

    @staticmethod
    def _whole_line(text: str, s: ReadSentence, name: Name) -> Name:
        """A name in the controller's block begins where its line or the value of its field begins.

        «Ruska ja Ranta Oy» has a word in small letters that a name in running text would not be read over.
        """
        labels = [c.end for c in s.cues if c.entry.signals & LABELS and c.end <= name.span.start]
        start = max([s.sentence.start, *labels])
        before = text[start : name.span.start]
        if s.own_signals & {"ClauseSignal"} or not _NAME_BEGINS.fullmatch(before):
            return name
        span = Span(start + len(before) - len(before.lstrip(" :")), name.span.end)
        return Name(printed_name(text, span), span)

    @staticmethod
    def _bare_line(text: str, s: ReadSentence, *, addressed: bool) -> Span | None:
        """A line that can be a name without a legal form: short, no field but that of the name.

        Mostly capitalised too, unless an address stands under it («Opetus- ja kulttuuriministeriö»).
        """
        start = s.sentence.start
        fields = s.signalled("NameField")
        colon = text.find(":", fields[0].end, fields[0].end + LONGEST_LABEL) + 1 if fields else 0
        if colon:
            start = colon
        cut = _CUT.search(text, start, s.sentence.end)
        end = cut.start() if cut else s.sentence.end
        if not colon and ("@" in text[start:end] or any(c.start < end for c in s.cues if c.entry.signals & FIELDS)):
            return None
        if _STREET.search(text, start, end) and POSTCODE.search(text, end, s.sentence.end):
            return None
        tokens = [t for t in s.sentence.tokens if start <= t.start and t.end <= end]
        if not tokens or not tokens[0].capital or len(tokens) > LONGEST_BARE_NAME:
            return None
        if s.own_signals & {"ClauseSignal", "UnnamedSignal"}:
            return None
        capitals = 2 * sum(t.capital for t in tokens)
        forms = [m for m in s.of_kind("LegalForm") if start <= m.start and m.end <= end]
        if not any(is_marked(s.sentence.tokens, m) for m in forms) and (
            (capitals < len(tokens) and not addressed) or capitals == len(tokens) > 2
        ):
            return None
        return Span(tokens[0].start, tokens[-1].end)

    def _from_text(self, reading: Reading) -> Iterator[tuple[Name, BusinessId | None]]:
        """«Rekisterinpitäjänä toimii Esimerkki Oy», «Esimerkki Oy (jäljempänä …)» in running text."""
        text = reading.notice.text
        for s in reading.sentences:
            if "ControllerSignal" not in s.own_signals or s.section.topics & _ELSEWHERE:
                continue
            name = next(iter(names_in(s, self._names)), None) or _named_after_verb(text, s)
            if name is not None:
                ids = business_ids(text, s.span)
                yield name, ids[0] if ids else None
                return

    def _from_title(self, reading: Reading) -> Iterator[tuple[Name, BusinessId | None]]:
        heads = [s for s in reading.headings if s.section.topics & {"TitleTopic", "RegisterNameTopic"}]
        for s in [*heads[:2], *reading.sentences[:3]]:
            for name in names_in(s, self._names)[:1]:
                yield name, None
                return


def _is_address(text: str, s: ReadSentence) -> bool:
    """Whether a line holds what stands under a name in an address."""
    printed = text[s.sentence.start : s.sentence.end]
    return bool(s.own_signals & FIELDS) or "@" in printed or POSTCODE.search(printed) is not None


def _named_after_verb(text: str, s: ReadSentence) -> Name | None:
    """A name without a legal form right behind the verb: «Personuppgiftsansvarig … är Maja Exempel, Esbo»."""
    tokens = s.sentence.tokens
    signalled = min(m.tokens[-1] for m in s.signalled("ControllerSignal"))
    called = _named_before_bracket(text, tokens, signalled)
    if called is not None:
        return called
    verbs = [m.tokens[-1] for m in s.structural if "verb" in m.entry.scopes and m.tokens[0] > signalled]
    for verb in verbs:
        run = _capitalised(text, tokens, verb + 1)
        if run:
            span = Span(run[0].start, run[-1].end)
            return Name(printed_name(text, span), span)
    return None


def _named_before_bracket(text: str, tokens: Sequence[Token], signalled: int) -> Name | None:
    """A name with the role in brackets behind it: «… ylläpitää Maija Esimerkki (rekisterinpitäjä)»."""
    first = signalled
    while first > 0 and "(" not in text[tokens[first - 1].end : tokens[first].start]:
        first -= 1
    run: list[Token] = []
    for token in reversed(tokens[max(first - LONGEST_NAMED_IN_TEXT, 1) : first]):
        if not token.capital or text[token.end : (run[0] if run else tokens[first]).start].strip("( "):
            break
        run.insert(0, token)
    if first == 0 or not run:
        return None
    span = Span(run[0].start, run[-1].end)
    return Name(printed_name(text, span), span)


def _capitalised(text: str, tokens: Sequence[Token], at: int) -> list[Token]:
    """The words from a place on that are written with a capital, with nothing but spaces between."""
    run: list[Token] = []
    for token in tokens[at : at + LONGEST_NAMED_IN_TEXT]:
        if not token.capital or text[(run[-1] if run else tokens[at - 1]).end : token.start].strip():
            break
        run.append(token)
    return run


def controller_claims(controllers: Iterable[Controller]) -> Iterator[Claim]:
    """What the notice prints of each controller, as claims (the canonical description stands once, elsewhere)."""
    for number, controller in enumerate(controllers, 1):
        values: list[tuple[str, Value]] = [
            (str(SEL.entity), Iri(controller.organisation.iri)),
            (str(DPV.hasName), Text(controller.name.name)),
        ]
        spans = [controller.name.span]
        if controller.identifier is not None:
            values.append((str(DPV.hasIdentifier), Text(controller.identifier.number)))
            spans.append(controller.identifier.span)
        yield said(f"controller/{number}", (str(DPV.DataController),), spans, values=tuple(values))
