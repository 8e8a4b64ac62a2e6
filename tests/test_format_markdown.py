"""Markdown: nearly as it stands; front matter and comments off, every heading behind its marks."""

from __future__ import annotations

import pytest

from ingest.format_markdown import markdown_text


@pytest.mark.parametrize(
    ("what", "raw", "text"),
    [
        ("front matter", "---\ntitle: Seloste\ndate: 2024-01-01\n---\n\n# A\n", "# A\n"),
        ("TOML front matter", '+++\ntitle = "Seloste"\n+++\n# A\n', "# A\n"),
        ("rules that are no front matter", "---\n\nteksti\n\n---\n", "---\n\nteksti\n\n---\n"),
        ("dead links stay", "Lue [lisää](#) ja [täältä](https://x.example).", "Lue [lisää](#) ja [täältä](https://x.example)."),
        ("comments", "a <!-- piilo\n --> b", "a  b"),
        ("an unended comment", "a <!-- b", "a <!-- b"),
        ("underlined headings", "Seloste\n=======\n\nTiedot\n---\n\na\n", "# Seloste\n\n## Tiedot\n\na\n"),
        ("a rule under a paragraph", "- a\n---\n", "- a\n---\n"),
        ("closed headings", "## Tiedot ##\n\na #\n", "## Tiedot\n\na #\n"),
        ("line ends", "a\r\nb\r", "a\nb\n"),
        ("lists and emphasis", "* **nimi**\n* osoite\n", "* **nimi**\n* osoite\n"),
    ],
)
def test_markdown_stays_nearly_as_it_is(what: str, raw: str, text: str) -> None:
    assert markdown_text(raw) == text


def test_hostile_markdown_takes_no_time() -> None:
    for raw in ("---\n" + "a: b\n" * 200_000, "<!--" * 200_000, "a\n=" * 200_000, "# " + "#" * 500_000):
        assert isinstance(markdown_text(raw), str)
