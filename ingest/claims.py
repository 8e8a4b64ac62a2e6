"""Claims: what the notice says, each with its modality and the places that prove it (data-model section 1).

A claim is one node for one concept in one facet and modality; saying it again adds a place. Concept claims are assembled
here by the licences of their facet; claims with a shape of their own (transfers, retention, recipients, …) in the modules
beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.matcher import Match, longest
from ingest.mentions import Process, Reading, ReadSentence
from ingest.modality import ASSERTED, Modality, Polarity
from ingest.notice import Span
from ontology.facets import FacetRule
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


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a notice.

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
    values: tuple[tuple[str, Value], ...] = field(default=())

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
    return replace(
        claims[0],
        polarity=next((c.polarity for c in claims if c.polarity.condition), claims[-1].polarity),
        spans=tuple(sorted({span for c in claims for span in c.spans})),
        processes=frozenset().union(*(c.processes for c in claims)),
        values=tuple(dict.fromkeys(value for c in claims for value in c.values)),
    )


class ConceptClaims:
    """Assembles the claims of the concept facets."""

    def __init__(self, rules: Mapping[str, FacetRule], vocabulary: Vocabulary) -> None:
        self._rules = rules
        self._vocabulary = vocabulary

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
            counting = [m for m in sentence.found if self._counts(sentence, m)]
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

    def _counts(self, sentence: ReadSentence, mention: Match) -> bool:
        facet = mention.entry.facet
        if facet not in CONCEPT_FACETS or not licensed(sentence, mention, self._rules[facet]):
            return False
        # The words of an act's name are not statements: «Act on Electronic Communications Services».
        return not any(set(mention.tokens) <= set(cited.tokens) for cited in sentence.of("CitationFacet"))

    def _claim(self, sentence: ReadSentence, mention: Match, rule: FacetRule) -> Claim:
        concept = mention.entry.denotes or ""
        link, claim_class = rule.branch(concept, self._vocabulary)
        polarity = sentence.polarity(mention.tokens)
        if rule.name == "RightFacet" and polarity.modality is Modality.POSSIBLE:
            polarity = ASSERTED  # «you can request» grants a right; it does not doubt one
        classes: tuple[str, ...] = (claim_class,)
        values: tuple[tuple[str, Value], ...] = ()
        if concept == UNMAPPED:
            link, classes, name = (
                str(SEL.hasUnmappedLegalBasis),
                (UNMAPPED,),
                f"unmapped-{local_name(mention.entry.iri).rpartition('-')[2]}",
            )
        else:
            name = local_name(concept)
        if rule.name == "RecipientFacet":
            classes = tuple(dict.fromkeys((claim_class, str(DPV.Recipient), str(SEL.RecipientCategory))))
        return Claim(
            key=f"{rule.slug}/{name}",
            classes=classes,
            polarity=polarity,
            spans=(Span(mention.start, mention.end),),
            properties=(link,),
            on_notice=rule.on_notice,
            concept=None if concept == UNMAPPED else concept,
            processes=frozenset({sentence.process}),
            values=values,
        )


def licensed(sentence: ReadSentence, mention: Match, rule: FacetRule) -> bool:
    """Whether a mention counts for its facet where it stands."""
    topics, entry = sentence.section.topics, mention.entry
    if entry.in_topics and not entry.in_topics & topics:
        return False
    if entry.not_in_topics & topics:
        return False
    if rule.topics & topics or (entry.in_topics and entry.in_topics & topics):
        return True
    if entry.self_licensing and not rule.barred & topics:
        return True
    return bool(rule.signals & sentence.signals) and not rule.blocked & topics


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
