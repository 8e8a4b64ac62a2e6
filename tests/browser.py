"""A real browser for tests of the pages: Debian's Chromium, driven by Playwright, that reaches this server and nothing else.

A page is watched: a script's error, a complaint of the content security policy, an error on the console or a request to
any other host fails the test. Where there is no Chromium, or the scripts were not built, these tests are skipped; with
SELOSTE_BROWSER=required in the environment, as in continuous integration, that fails instead.
"""
from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

import hatch_build
from server.bundle import Bundle

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
AXE = ROOT / "server" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Nothing that Chromium does on its own account leaves the machine.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# Machines that run tests are busy; nothing is waited for longer than it takes.
expect.set_options(timeout=15_000)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("SELOSTE_BROWSER") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        unavailable("there is no Chromium here (on Debian: apt-get install chromium)")
    if not Bundle.load().entries or not hatch_build.built(ROOT):
        unavailable("the scripts of the pages are not built, or not of these sources: make frontend")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visited(browser: Browser, address: str, *, allowed: str = "", made: dict[str, str] | None = None, **context: Any) -> Iterator[Page]:
    """A page in a browser without memory, which may ask the server at `address` only; what it does wrong fails the test at the end.

    `allowed` is a pattern of console messages that the test provokes. `made` gives pages of the test's own, by path.
    Further arguments are those of Playwright's contexts: viewport, color_scheme, locale, java_script_enabled.
    """
    complaints: list[str] = []

    def answer(route: Route) -> None:
        url = route.request.url
        own = (made or {}).get(url.removeprefix(address))
        if own is not None:
            # With the policy of the real pages.
            headers = route.fetch(url=f"{address}/questions").headers
            route.fulfill(status=200, body=own, headers={"content-type": "text/html; charset=utf-8", "content-security-policy": headers["content-security-policy"]})
        elif url.startswith(f"{address}/"):
            route.continue_()
        else:
            complaints.append(f"a request to {url}")
            route.abort()

    opened = browser.new_context(base_url=address, **{"locale": "fi", "viewport": {"width": 1280, "height": 900}, **context})
    opened.set_default_timeout(15_000)
    opened.route("**/*", answer)
    page = opened.new_page()
    page.on("pageerror", lambda error: complaints.append(f"an error: {error}"))
    page.on("console", lambda said: complaints.append(f"the console: {said.text}") if said.type in ("error", "warning") else None)
    try:
        yield page
        assert [one for one in complaints if not (allowed and re.search(allowed, one))] == []
    finally:
        opened.close()


def accessibility(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.1 A and AA, as `rule: selector`."""
    if not AXE.is_file():
        unavailable("axe-core is not installed: make frontend-check")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({ runOnly: tags, resultTypes: ['violations'] })", WCAG)
    return [f"{one['id']}: {node['target']} {node['failureSummary'][:300]}" for one in found["violations"] for node in one["nodes"]]


def overflows(page: Page) -> int:
    """How many pixels a page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
