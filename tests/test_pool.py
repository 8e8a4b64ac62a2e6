"""The pool: every piece is answered for, whatever becomes of the process that had it."""
from __future__ import annotations

from pathlib import Path

import pytest

from shapes.pool import Lost, Piece, Pool, PoolBroken
from tests.pool_work import obedient, unable


def answers(jobs: int, *payloads: str) -> dict[str, bytes | Lost]:
    with Pool(jobs, obedient) as pool:
        given = [(piece.name, answer) for piece, answer in pool.map(Piece(f"n{i}", p.encode()) for i, p in enumerate(payloads))]
    assert len(given) == len(payloads)
    return dict(given)


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_piece_is_answered(jobs: int) -> None:
    large = "x" * 3_000_000  # more than any pipe holds
    assert answers(jobs, *"abcdefgh", large) == {**{f"n{i}": c.upper().encode() for i, c in enumerate("abcdefgh")}, "n8": large.upper().encode()}


def test_no_work_needs_no_process() -> None:
    with Pool(4, unable) as pool:
        assert list(pool.map([])) == []


def test_a_piece_whose_worker_is_killed_once_is_done_by_another(tmp_path: Path) -> None:
    marker = tmp_path / "died"
    found = answers(2, "a", f"die once {marker}", "b", "c")
    assert marker.exists()
    assert found == {"n0": b"A", "n1": f"die once {marker}".upper().encode(), "n2": b"B", "n3": b"C"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_piece_that_kills_its_workers_is_named_and_the_rest_is_done(jobs: int) -> None:
    found = answers(jobs, "a", "die", "b", "end", "c")
    assert {name: answer for name, answer in found.items() if isinstance(answer, bytes)} == {"n0": b"A", "n2": b"B", "n4": b"C"}
    assert found["n1"] == Lost("its process was killed by SIGKILL")
    assert found["n3"] == Lost("its process ended with code 7")


def test_a_pool_whose_workers_cannot_start_says_so() -> None:
    with Pool(2, unable) as pool, pytest.raises(PoolBroken, match="ended with code 3"):
        list(pool.map([Piece("a", b"a")]))
