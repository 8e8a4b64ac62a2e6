"""The sample notices as web pages, Word documents and PDFs, made as their authors might have made them.

What is a heading is taken from the sectioning of the text, so that a difference in what is read comes from the format.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from docx import Document
from docx.enum.text import WD_BREAK
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, SimpleDocTemplate

from ingest.notice import Notice
from ingest.sections import Sectioner

MARKER = re.compile(r"\s*(?:[-–•*]|\(?[a-z]\))\s+(?=\S)")
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=12.5, spaceAfter=8)
HEADING = ParagraphStyle("heading", parent=BODY, fontName="Helvetica-Bold", fontSize=13, leading=16, spaceBefore=8)
ITEM = ParagraphStyle("item", parent=BODY, leftIndent=18, bulletIndent=6, spaceAfter=0)


@dataclass(frozen=True)
class Part:
    """A heading, paragraph or list item of a notice with its lines."""

    kind: Literal["heading", "paragraph", "item"]
    lines: tuple[str, ...]


def parts(notice: Notice, sectioner: Sectioner) -> list[Part]:
    """The parts of a text in order."""
    headings = {
        section.heading.start: section.heading.end
        for section in sectioner.split(notice)
        if section.heading is not None and notice.text[section.heading.end : section.heading.end + 1] in ("\n", "")
    }
    out: list[Part] = []
    for block in re.finditer(r"[^\n]+(?:\n[^\n]+)*", notice.text):
        out += _block(notice.text, block.start(), block.end(), headings)
    return out


def _block(text: str, start: int, end: int, headings: dict[int, int]) -> Iterator[Part]:
    stop = headings.get(start)
    if stop == end:
        yield Part("heading", (" ".join(text[start:stop].split()),))
        return
    held: list[tuple[Literal["paragraph", "item"], list[str]]] = []
    for line in text[start:end].split("\n"):
        marker = MARKER.match(line)
        if marker:
            held.append(("item", [line[marker.end() :]]))
        elif line.strip() and held:
            held[-1][1].append(line.strip())
        elif line.strip():
            held.append(("paragraph", [line.strip()]))
    for kind, lines in held:
        yield Part(kind, tuple(lines))


def as_html(content: list[Part]) -> str:
    """A page as publishing systems make them, with menus and a consent banner around the notice."""
    body: list[str] = []
    for part, following in zip(content, [*content[1:], None], strict=True):
        words = "<br>\n".join(html.escape(line) for line in part.lines)
        if part.kind == "item":
            opened = "" if body and body[-1].startswith("<li>") else "<ul>\n"
            body += [opened] if opened else []
            body.append(f"<li>{words}</li>")
            if following is None or following.kind != "item":
                body.append("</ul>")
        else:
            tag = "h2" if part.kind == "heading" else "p"
            body.append(f"<{tag}>{words}</{tag}>")
    title = html.escape(" ".join(content[0].lines))
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title><script>document.write('x')</script>"
        "<style>p {margin: 0}</style></head><body><header><nav><ul><li><a href=/>Home</a></ul></nav></header>"
        f"<div id=cookie-banner><p>Cookies?</p><button>OK</button></div><main>{''.join(body)}</main>"
        "<footer><p>Copyright</p></footer></body></html>"
    )


def as_docx(content: list[Part]) -> bytes:
    """A Word document with heading and list styles."""
    document = Document()
    for part in content:
        if part.kind == "heading":
            document.add_heading(part.lines[0], level=2)
            continue
        run = document.add_paragraph(style="List Bullet" if part.kind == "item" else None).add_run(part.lines[0])
        for line in part.lines[1:]:
            run.add_break(WD_BREAK.LINE)
            run.add_text(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(content: list[Part]) -> bytes:
    """A PDF with page numbers and a running foot."""
    out = io.BytesIO()
    document = SimpleDocTemplate(out, pagesize=A4)
    document.build([_flowable(part) for part in content], onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _flowable(part: Part) -> Paragraph:
    words = "<br/>".join(html.escape(line) for line in part.lines)
    if part.kind == "heading":
        return Paragraph(words, HEADING)
    return Paragraph(words, ITEM, bulletText="\u2022") if part.kind == "item" else Paragraph(words, BODY)


def _foot(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(72, 40, "Version 3")
    canvas.drawRightString(520, 40, f"{document.page} (9)")


def two_columns(content: list[Part], hyphen: str = "") -> bytes:
    """A PDF set in two columns like a newspaper."""
    out = io.BytesIO()
    frames = [Frame(60, 60, 225, 720, id="left"), Frame(310, 60, 225, 720, id="right")]
    document = BaseDocTemplate(out, pagesize=A4)
    document.addPageTemplates(PageTemplate(frames=frames))
    document.build([_flowable(part) for part in content])
    return out.getvalue()
