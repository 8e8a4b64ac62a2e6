"""The text in passages: nothing of it is lost, claims are marked where they stand, notes stand where they begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.passages import Marked, passages

TEXT = "1. Purposes\n\nWe use your e-mail for\n- newsletters\n- orders,\n\nand nothing else."


def marked(*places: tuple[int, int], number: int = 1) -> Marked[str]:
    return Marked(f"claim {number}", number, "purpose", "asserted", f"name {number}", places)


def test_passages_are_lines_and_headings_are_seen():
    found = passages(TEXT, [], [])
    assert ["".join(s.text for s in p.segments) for p in found] == [
        "1. Purposes", "We use your e-mail for", "- newsletters", "- orders,", "and nothing else.",
    ]  # fmt: skip
    assert [p.heading for p in found] == [True, False, False, False, False]
    assert [p.apart for p in found] == [False, True, False, False, True]


def test_wrapped_lines_are_one_passage():
    text = "A paragraph whose lines were broken by the program that wrote it\nand which goes on here.\nAnother one."
    assert len(passages(text, [], [])) == 2


def test_claims_are_marked_in_place_with_their_anchors():
    start = TEXT.index("e-mail")
    found = passages(TEXT, [marked((start, start + 6))], [])
    segments = found[1].segments
    assert [(s.text, s.number, s.anchors) for s in segments] == [
        ("We use your ", 0, ()), ("e-mail", 1, (f"char-{start}-{start + 6}",)), (" for", 0, ()),
    ]  # fmt: skip
    assert found[1].claims == ("claim 1",)


def test_the_shortest_claim_owns_a_part_and_all_are_named():
    outer, inner = marked((13, 35)), marked((20, 24), number=2)
    segments = passages(TEXT, [outer, inner], [])[1].segments
    assert [(s.number, s.names) for s in segments] == [
        (1, ("name 1",)), (2, ("name 1", "name 2")), (1, ("name 1",)),
    ]  # fmt: skip


def test_a_place_is_one_element_around_all_its_words():
    outer, inner, crossing = marked((13, 35)), marked((20, 24), number=2), marked((20, 40), number=3)
    segments = passages(TEXT, [outer, inner, crossing], [])[1].segments
    assert [(s.text, s.anchors, s.ended) for s in segments] == [
        ("We use ", ("char-13-35",), 0), ("your", ("char-20-40", "char-20-24"), 1), (" e-mail for", (), 2),
    ]  # fmt: skip
    # What begins inside of a place and ends after it is marked by its first words.
    segments = passages("one two three", [marked((0, 7)), marked((4, 13), number=2)], [])[0].segments
    assert [(s.text, s.anchors, s.ended) for s in segments] == [
        ("one ", ("char-0-7",), 0), ("two", ("char-4-13",), 2), (" three", (), 0),
    ]  # fmt: skip


def test_a_finding_stands_beside_its_passage_and_a_masked_word_is_known():
    found = passages("Ask ████ █████ about it.\n\nNow.", [], [(6, "finding")])
    assert found[0].findings == ("finding",)
    assert [s.masked for s in found[0].segments] == [False, True, False]


@pytest.mark.parametrize("text", ["", "\n\n", "   \n"])
def test_nothing_has_no_passages(text):
    assert passages(text, [], []) == ()


@given(
    st.text(alphabet="ab .\n█Ä", max_size=120),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=8),
    st.lists(st.integers(0, 130), max_size=4),
)
def test_no_word_no_claim_and_no_finding_is_lost(text, places, findings):
    claims = [marked(place, number=number) for number, place in enumerate(places, 1)]
    found = passages(text, claims, [(place, place) for place in findings])
    if found:
        shown = "".join(s.text for p in found for s in p.segments)
        assert "".join(shown.split()) == "".join(text.split())
        assert sorted(one for p in found for one in p.claims) == sorted(c.claim for c in claims)
        assert sorted(one for p in found for one in p.findings) == sorted(findings)
        anchors = [a for p in found for s in p.segments for a in s.anchors]
        assert len(anchors) == len(set(anchors))
        for passage in found:
            depth = 0
            for segment in passage.segments:
                depth += len(segment.anchors) - segment.ended
                assert depth >= 0
            assert depth == 0
    else:
        assert not text.strip()
