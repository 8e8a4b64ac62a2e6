"""Claims: what the notice says, each with its modality and the places that prove it (data-model section 1).

A claim is one node for one concept in one facet and modality; saying it again adds a place. Concept claims are assembled
here by the licences of their facet; claims with a shape of their own (transfers, retention, recipients, …) in the modules
beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.matcher import Match, longest
from ingest.mentions import Process, Reading, ReadSentence
from ingest.modality import ASSERTED, Modality, Polarity
from ingest.notice import Span
from ontology.facets import FacetRule
from ontology.lexicon import Entry
from ontology.namespaces import DPV, SEL
from ontology.vocabulary import Vocabulary, local_name

CONCEPT_FACETS = (
    "PurposeFacet",
    "LegalBasisFacet",
    "PersonalDataFacet",
    "DataSubjectFacet",
    "SourceFacet",
    "RecipientFacet",
    "RightFacet",
    "MeasureFacet",
    "ProvisionFacet",
    "AutomatedDecisionFacet",
    "ExerciseFacet",
)
UNMAPPED = str(SEL.UnmappedLegalBasis)


@dataclass(frozen=True, slots=True)
class Iri:
    """The value of a property: a resource."""

    value: str


@dataclass(frozen=True, slots=True)
class Text:
    """The value of a property: words, with a language or a datatype IRI."""

    value: str
    language: str = ""
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The value of a property: the notice's own words at a place, without what must not be quoted in public."""

    span: Span


Value = Iri | Text | Words
_Meaning = tuple[str, tuple[str, ...], tuple[str, ...], str | None]


class Claim(NamedTuple):
    """One claim of a notice; a named tuple, not a data class, since these are made three times as fast.

    Attributes:
        key: the path of its IRI under the notice's, without the modality.
        classes: its classes beside `sel:Claim`.
        polarity: modality, condition and default.
        spans: where the notice says it.
        properties: IRIs of the properties that link it from its process, unless it is negated.
        statement: IRI of a property that links it whatever its modality (transfers).
        on_notice: whether the notice links it instead of the process.
        concept: the DPV concept (`skos:broader`), if it has one.
        processes: the processing activities it is said of: register number, and the activity within it or "".
        numbered: whether the key tells statements apart by itself, so that the path needs no modality.
        values: further properties of the node.
    """

    key: str
    classes: tuple[str, ...]
    polarity: Polarity
    spans: tuple[Span, ...]
    properties: tuple[str, ...] = ()
    statement: str | None = None
    on_notice: bool = False
    concept: str | None = None
    processes: frozenset[Process] = frozenset({(1, "")})
    numbered: bool = False
    values: tuple[tuple[str, Value], ...] = ()

    @property
    def registers(self) -> frozenset[int]:
        """The numbers of the registers it is said of."""
        return frozenset(register for register, _ in self.processes)

    @property
    def path(self) -> str:
        """The key with the modality, where that is not plain assertion."""
        modality = self.polarity.modality
        return self.key if self.numbered or modality is Modality.ASSERTED else f"{self.key}-{modality.value.lower()}"


def merged(claims: Iterable[Claim]) -> list[Claim]:
    """One claim for each path: places, registers and values of the same claim put together, in order of path."""
    same: dict[str, list[Claim]] = {}
    for claim in claims:
        same.setdefault(claim.path, []).append(claim)
    return [_one(same[path]) for path in sorted(same)]


def _one(claims: Sequence[Claim]) -> Claim:
    """The claims of one path as one."""
    if len(claims) == 1:
        return claims[0]
    return claims[0]._replace(
        polarity=next((c.polarity for c in claims if c.polarity.condition), claims[-1].polarity),
        spans=tuple(sorted({span for c in claims for span in c.spans})),
        processes=frozenset().union(*(c.processes for c in claims)),
        values=tuple(dict.fromkeys(value for c in claims for value in c.values)),
    )


class ConceptClaims:
    """Assembles the claims of the concept facets."""

    def __init__(self, rules: Mapping[str, FacetRule], vocabulary: Vocabulary) -> None:
        self._rules = rules
        self._concepts: dict[str | None, FacetRule] = {f: rules[f] for f in CONCEPT_FACETS if f in rules}
        self._vocabulary = vocabulary
        self._said: dict[Entry, _Meaning] = {}

    def assemble(self, reading: Reading) -> Iterator[Claim]:
        """The concept claims of a notice, unmerged, in order of place."""
        for sentence in reading.sentences:
            if sentence.asks:
                continue
            if "AutomatedDecisionTopic" in sentence.section.topics and sentence.denies and not sentence.found:
                # The heading about automated decisions, answered with nothing but a denial.
                yield self._answered(
                    sentence,
                    "AutomatedDecisionFacet",
                    str(DPV.AutomatedDecisionMaking),
                    Polarity(Modality.NEGATED),
                )
            # Licences before overlap: a longer match that does not count here must not silence a shorter one that does.
            counting = [m for m in sentence.found if self._licensed(sentence, m)]
            if counting and "CitationFacet" in sentence.facets:
                counting = _uncited(counting, sentence.of("CitationFacet"))
            for mention in self._whole(counting, sentence) if counting else ():
                yield self._claim(sentence, mention, self._rules[mention.entry.facet or ""])
        headed = ((section, mine) for section, mine in reading.by_section if section.heading is not None)
        for heading, (section, mine) in zip(reading.headings, headed, strict=True):
            if section.announces and mine:
                yield from self._promised(heading, mine)

    def _promised(self, heading: ReadSentence, mine: Sequence[ReadSentence]) -> Iterator[Claim]:
        """The rights that a heading names, where what stands under it only says of what or how: «Rätt till radering: gäller …».

        A heading over nothing grants nothing, and one over other rights, or a denial, is answered with something else.
        """
        if mine[0].denies or any(s.of("RightFacet") for s in mine):
            return
        for concept in sorted(heading.section.announces):
            yield self._answered(heading, "RightFacet", concept, ASSERTED)

    def _whole(self, counting: Sequence[Match], sentence: ReadSentence) -> list[Match]:
        """The longest matches but those of facets that give way, where they are part of a longer expression of another facet.

        In «error diagnosis» nobody's diagnosis is meant, in «legitimate interests» nobody's interests: only words that
        stand next to each other are one expression.
        """
        matches = longest(counting)
        if all(len(m.tokens) == 1 for m in sentence.found):
            return matches
        others = (m for m in sentence.found if m.entry.facet not in CONCEPT_FACETS)
        longer = [
            m for m in (*matches, *others) if len(m.tokens) > 1 and m.tokens[-1] - m.tokens[0] + 1 == len(m.tokens)
        ]
        if not longer:
            return matches
        return [m for m in matches if not self._rules[m.entry.facet or ""].gives_way or not _within(m, longer)]

    def _answered(self, whole: ReadSentence, facet: str, concept: str, polarity: Polarity) -> Claim:
        """A claim that rests on a whole sentence or heading, since none of its words names the concept alone."""
        rule = self._rules[facet]
        link, claim_class = rule.branch(concept, self._vocabulary)
        return Claim(
            f"{rule.slug}/{local_name(concept)}",
            (claim_class,),
            polarity,
            (whole.span,),
            (link,),
            on_notice=rule.on_notice,
            concept=concept,
            processes=frozenset({whole.process}),
        )

    def _licensed(self, sentence: ReadSentence, mention: Match) -> bool:
        rule = self._concepts.get(mention.entry.facet)
        return rule is not None and licensed(sentence, mention.entry, rule)

    def _claim(self, sentence: ReadSentence, mention: Match, rule: FacetRule) -> Claim:
        polarity = sentence.polarity(mention.tokens)
        if rule.name == "RightFacet" and polarity.modality is Modality.POSSIBLE:
            polarity = ASSERTED  # «you can request» grants a right; it does not doubt one
        key, classes, properties, concept = self._said.get(mention.entry) or self._meaning(mention.entry, rule)
        spans, processes = (Span(mention.start, mention.end),), frozenset((sentence.process,))
        return Claim(key, classes, polarity, spans, properties, None, rule.on_notice, concept, processes)

    def _meaning(self, entry: Entry, rule: FacetRule) -> _Meaning:
        """What a claim of an entry says wherever it stands: key, classes, properties, concept."""
        concept = entry.denotes or ""
        link, claim_class = rule.branch(concept, self._vocabulary)
        if concept == UNMAPPED:
            name = f"unmapped-{local_name(entry.iri).rpartition('-')[2]}"
            out: _Meaning = f"{rule.slug}/{name}", (UNMAPPED,), (str(SEL.hasUnmappedLegalBasis),), None
        else:
            out = f"{rule.slug}/{local_name(concept)}", (claim_class,), (link,), concept
        if rule.name == "RecipientFacet":
            classes = tuple(dict.fromkeys((claim_class, str(DPV.Recipient), str(SEL.RecipientCategory))))
            out = out[0], classes, out[2], out[3]
        self._said[entry] = out
        return out


def licensed(sentence: ReadSentence, entry: Entry, rule: FacetRule) -> bool:
    """Whether a mention of an entry counts for its facet where it stands."""
    topics = sentence.section.topics
    if entry.in_topics:
        return not entry.in_topics.isdisjoint(topics) and entry.not_in_topics.isdisjoint(topics)
    if not entry.not_in_topics.isdisjoint(topics):
        return False
    if not rule.topics.isdisjoint(topics) or (entry.self_licensing and rule.barred.isdisjoint(topics)):
        return True
    return not rule.signals.isdisjoint(sentence.signals) and rule.blocked.isdisjoint(topics)


def _uncited(mentions: Sequence[Match], cited: Sequence[Match]) -> list[Match]:
    """Those whose words are not all of an act's name, which states nothing: «Act on Electronic Communications Services»."""
    return [m for m in mentions if not any(set(m.tokens) <= set(act.tokens) for act in cited)]


def said(key: str, classes: tuple[str, ...], spans: Iterable[Span], **more: object) -> Claim:
    """An asserted claim: for statements that have no polarity of their own (a name, a citation)."""
    return Claim(key=key, classes=classes, polarity=ASSERTED, spans=tuple(spans), **more)  # type: ignore[arg-type]


def _within(match: Match, longer: Sequence[Match]) -> bool:
    """Whether a longer expression of another facet holds all the words of a match."""
    return any(
        other.start <= match.start
        and match.end <= other.end
        and len(match.tokens) < len(other.tokens)
        and match.entry.facet != other.entry.facet
        and set(match.tokens) < set(other.tokens)
        for other in longer
    )
