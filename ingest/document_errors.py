"""Why a document cannot become a notice: which one, what is wrong, and what to do.

DocumentError ─ Unreadable, EmptyDocument, BinaryDocument, DamagedDocument, ProtectedDocument, DocumentTooLarge,
UnsupportedDocument, UnknownLanguage
"""

from __future__ import annotations


class DocumentError(ValueError):
    """A document that cannot become a notice: which, why, and what to do."""

    def __init__(self, source: str, problem: str, remedy: str) -> None:
        self.source, self.problem, self.remedy = source, problem, remedy
        super().__init__(f"{source}: {problem}. {remedy}")


class Unreadable(DocumentError):
    """The file is missing, is a folder or may not be read."""


class EmptyDocument(DocumentError):
    """There is no text in it."""


class BinaryDocument(DocumentError):
    """It is not text."""


class DamagedDocument(DocumentError):
    """It is broken, or made so that reading it takes more memory or time than any notice does."""


class ProtectedDocument(DocumentError):
    """It is locked with a password."""


class DocumentTooLarge(DocumentError):
    """It is longer than any notice."""


class UnsupportedDocument(DocumentError):
    """Its format is not read."""


class UnknownLanguage(DocumentError):
    """It is not in Finnish, Swedish or English."""
