"""Regular expressions written so that a text is skipped through fast find what their plain forms find."""
from __future__ import annotations

import random
import re
from pathlib import Path

import phonenumbers
import pytest

from ingest import contact_details, defects, documents, headings, names, sentences, tokens

NOTICES = Path(__file__).parent.parent / "examples" / "notices"
TEXTS = [path.read_text("utf-8") for path in sorted(NOTICES.glob("*.txt"))]
PIECES = ["x", "X", "xxx", " ", "_", "____", "[abc]", "(", ")", "+", "1", "23", "-", "–", "\n", ".", "......", "www.a", "http://a", "@", "{b}", "<a b>", "Å", "5",
          "abcde", ": ", "; ", '" ', "?"]
RANDOM = random.Random(1)
MADE = ["".join(RANDOM.choices(PIECES, k=120)) for _ in range(300)]


@pytest.mark.parametrize(("fast", "plain"), [
    (defects._FILL_IN, r"\[(?=[^\]\n]*[^\W\d_]{3})[^\]\n(]{3,60}\](?!\()|_{4,}|(?<!\w)[xX]{3,}(?!\w)|<(?=[^>\n]*\s)[^>\n@/]{3,50}>|\.{6,}|\{\{?[^}\n]{2,40}\}\}?"),
    (contact_details._PHONE_LIKE, r"\+?\(?\d[\d\s()/-]{5,}\d"),
    (names._HYPHENATED, r"\d+-[\d-]+"),
    (sentences._STOP, r"[.!?…][\"”’)]*(?=\s+[\"“”(\[]?[A-ZÅÄÖ0-9])|\n(?=\S)"),
    (sentences._INLINE_ITEM, r"(?<=\s)[-–•]\s(?=\w)"),
    (headings._LABEL_ENDS, r":\s|(?<=[^\W\d_]{5})\.\s"),
    (tokens._ADDRESS, r"(?:https?://|www\.)\S+|@[\w.-]+"),
])
def test_the_fast_form_finds_what_the_plain_one_finds(fast: re.Pattern[str], plain: str) -> None:
    found = 0
    for text in (*TEXTS, *MADE):
        places = [m.span() for m in fast.finditer(text)]
        assert places == [m.span() for m in re.finditer(plain, text)], text
        found += len(places)
    assert found


@pytest.mark.parametrize("region", sorted(contact_details.REGIONS.values()))
def test_the_number_of_an_act_is_no_telephone_number(region: str) -> None:
    for _ in range(100):
        number = f"{RANDOM.choice(['', '('])}{RANDOM.randint(1, 2100)}/{RANDOM.choice([RANDOM.randint(1900, 2035), RANDOM.randint(10, 1700)])}"
        assert contact_details._ACT.fullmatch(number)
        assert not list(phonenumbers.PhoneNumberMatcher(number, region)), number


@pytest.mark.parametrize(("text", "expected"), [("Päivitetty 03/2027", 0), ("Päivitetty 3/2027", 0), ("Puhelin 09 123 4567", 1), ("Puh. 03 123 4567", 1)])
def test_a_month_of_a_year_is_no_telephone_number(text: str, expected: int) -> None:
    notice = documents.from_text(f"Tietosuojaseloste\n\n{text}", "a.txt", language="fi")
    assert len(list(contact_details._phones(notice))) == expected
