"""What the command line says when something cannot be done: one line that says what to do, and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer


def stop(code: int, message: str) -> NoReturn:
    """End with a message on standard error."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(code)


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors that people can do something about into one line and an exit code."""
    from ingest.documents import DocumentError
    from ingest.exports import BadExport
    from ingest.store_errors import NoSuchSnapshot, StoreError, StorePathError
    from ontology.lexicon import LexiconError
    from ontology.reference_records import ReferenceDataError
    from ontology.vocabulary import VocabularyError
    from queries import errors
    from queries.catalogue import BadQuestion, ParameterError
    from remote.location import BadLocation
    from server.settings import SettingError
    from shapes.deltas import EarlierReportError
    from shapes.engines import EngineMissing
    from shapes.pool import PoolBroken
    from shapes.rules import ShapesError
    from shapes.wording import UnknownLanguageError

    try:
        yield
    except BrokenPipeError:
        sys.stderr.close()
        raise typer.Exit(0) from None
    except (DocumentError, errors.StoreMissing, EarlierReportError, OSError, StorePathError) as error:
        stop(3, str(error))
    except (BadExport, BadLocation, EngineMissing, NoSuchSnapshot, ParameterError, SettingError, UnknownLanguageError) as error:
        stop(2, str(error))
    except errors.QueryError as error:
        stop(2 if isinstance(error, errors.QuerySyntaxError | errors.QueryRefused) else 5, str(error))
    except (StoreError, LexiconError, ReferenceDataError, VocabularyError, BadQuestion, ShapesError, PoolBroken) as error:
        stop(4, str(error))
