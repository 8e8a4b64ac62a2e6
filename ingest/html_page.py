"""What of a web page is the notice: its main content, without what the site puts around every page or hides from its reader.

Names of elements and roles are those of HTML and WAI-ARIA; class names are those that common publishing systems and
consent managers give their furniture. Hidden panels that a control opens (accordions, tabs) are content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

MACHINERY = (
    "script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "video", "audio", "map",
    "select", "option", "datalist", "input", "textarea", "progress", "meter", "dialog", "link", "meta", "math",
)  # fmt: skip
"""Elements that show nothing of the notice; the markup in them is taken off before anything is measured."""
ROLES = frozenset({
    "navigation", "banner", "contentinfo", "search", "menu", "menubar", "dialog", "alertdialog", "toolbar",
    "tablist", "complementary",
})  # fmt: skip
FURNITURE = frozenset({
    "nav", "navbar", "navigation", "mainnav", "menu", "main-menu", "site-header", "site-footer", "page-footer",
    "footer", "sidebar", "widget-area", "skip-link", "breadcrumb", "breadcrumbs", "screen-reader-shortcut",
    "pagination", "social-share", "share-buttons",
})  # fmt: skip
INSIDE = frozenset({
    "breadcrumb", "breadcrumbs", "skip-link", "pagination", "social-share", "share-buttons",
})  # fmt: skip
"""Furniture that also stands inside the main content."""
LEAST_MAIN = 200
MAIN_SHARE = 0.25
DENSE = 0.92
ALONE = 0.6
"""Share of the text of all articles that one must have to be the notice by itself."""
LONGEST_BANNER = 4000
FEWEST_LINKS = 3
_CONSENT = re.compile(
    r"cookie-?_?(?:banner|bar|consent|notice|popup|modal|dialog|message|overlay|box)|consent-?_?(?:banner|manager|modal|popup)"
    r"|gdpr-?_?(?:banner|popup|modal)|onetrust|cybotcookiebotdialog|cc-window|usercentrics|didomi-|qc-cmp|iubenda-cs",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PANEL = re.compile(r"accordion|collaps|tab-?pane|tab-?content|panel|toggle|faq|expand", re.IGNORECASE)


class Page:
    """A parsed page with what is needed to tell the notice from its surroundings."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        tree.strip_tags(list(MACHINERY), recursive=True)
        self._opened = frozenset(_controlled(tree))
        self._tree = tree
        self.main: LexborNode | None = self._main(tree.body) if tree.body is not None else None
        self._whole = self.main is not None and self.main.tag not in ("main", "article") and not _role(self.main)

    @property
    def title(self) -> str:
        """The page's first-rank heading outside the main content, else its title."""
        for selector in ("h1", "title"):
            for node in self._tree.css(selector):
                words = " ".join(node.text().split())
                if words:
                    return words
        return ""

    def left_out(self, node: LexborNode) -> bool:
        """Whether an element is furniture, a consent banner, a table of contents, or hidden for good."""
        tag, attributes = node.tag, node.attributes
        if tag == "nav" or _role(node) in ROLES - {"complementary"} or (self._whole and tag in ("header", "footer")):
            return True
        names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
        tokens = set(names.lower().split())
        if tokens & (FURNITURE if self._whole else INSIDE):
            return True
        if self._whole and (tag == "aside" or (attributes.get("id") or "").lower() in ("header", "footer", "top")):
            return True
        if _hidden(node) and not self._revealed(node):
            return True
        if names.strip() and _CONSENT.search(names) and tag not in ("h1", "h2", "h3", "h4", "body", "main", "article"):
            return len(node.text()) < LONGEST_BANNER
        return tag in ("ul", "ol") and self._only_links(node)

    def _only_links(self, node: LexborNode) -> bool:
        """Whether a list is a table of contents, or outside a marked main part a menu."""
        links = node.css("a")
        if len(links) < FEWEST_LINKS:
            return False
        linked = sum(len(a.text().strip()) for a in links)
        if linked < 0.9 * len("".join(node.text().split())):
            return False
        contents = all((a.attributes.get("href") or "").startswith("#") for a in links)
        return contents or (self._whole and len(links) > 2 * FEWEST_LINKS)

    def _revealed(self, node: LexborNode) -> bool:
        attributes = node.attributes
        return (
            (attributes.get("id") or "-") in self._opened
            or _role(node) in ("tabpanel", "region")
            or _PANEL.search(attributes.get("class") or "") is not None
        )

    def _main(self, body: LexborNode) -> LexborNode:
        """The element that holds the notice: marked as main, an article, or the one with nearly all of the text."""
        total = _weight(body)
        for selector in ("main, [role=main]", "article"):
            found = [n for n in body.css(selector) if not _hidden(n)]
            best = max(found, key=_weight, default=None)
            if best is None:
                continue
            weight = _weight(best)
            if weight >= MAIN_SHARE * total or (selector != "article" and weight >= LEAST_MAIN):
                several = selector == "article" and weight < ALONE * sum(map(_weight, found))
                return body if several else best
        return _densest(body, total)


def _densest(node: LexborNode, total: int) -> LexborNode:
    """The innermost container that holds nearly all of the text."""
    while total > 0:
        inside = (c for c in node.iter() if c.tag not in ("p", "ul", "ol", "table", "dl"))
        heaviest = max(inside, key=_weight, default=None)
        if heaviest is None or _weight(heaviest) < DENSE * total:
            break
        node, total = heaviest, _weight(heaviest)
    return node


def _weight(node: LexborNode) -> int:
    """Characters outside links."""
    return len("".join(node.text().split())) - sum(len("".join(a.text().split())) for a in node.css("a"))


def _role(node: LexborNode) -> str:
    return (node.attributes.get("role") or "").strip().lower()


def _hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return (
        "hidden" in attributes
        or (attributes.get("aria-hidden") or "").lower() == "true"
        or _UNSEEN.search(attributes.get("style") or "") is not None
    )


def _controlled(tree: LexborHTMLParser) -> Iterator[str]:
    """The ids of panels that a control on the page opens."""
    for node in tree.css("[aria-controls], [data-target], [data-bs-target], [data-toggle], [data-bs-toggle]"):
        for name in ("aria-controls", "data-target", "data-bs-target", "href"):
            value = (node.attributes.get(name) or "").lstrip("#")
            yield from value.split()
