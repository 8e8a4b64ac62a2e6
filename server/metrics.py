"""What the server counts about itself, for Prometheus (text exposition format 0.0.4).

Routes, outcomes and statuses are all from fixed sets: no label holds anything that a client wrote.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE: Final = "text/plain; version=0.0.4"
_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._queries = Counter("seloste_queries", "Queries by how they went.", ["outcome"], registry=self._registry)
        self._query_seconds = Histogram(
            "seloste_query_seconds", "Seconds from a query's arrival to its answer.", buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._requests = Counter(
            "seloste_http_requests", "Requests by route, method and status.", ["route", "method", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._request_seconds = Histogram(
            "seloste_http_request_seconds", "Seconds from a request to the end of its response.", buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._revalidated = Counter(
            "seloste_cache", "Requests with If-None-Match: the client's copy was still good (hit) or not (miss).",
            ["result"], registry=self._registry,
        )  # fmt: skip
        self._answers = Counter(
            "seloste_answer_cache",
            "Answers from the cache (hit), evaluated (miss) or by another's evaluation (shared), or never kept (uncached).",
            ["result"], registry=self._registry,
        )  # fmt: skip
        self._kept = Gauge("seloste_answer_cache_bytes", "Bytes of answers that are kept.", registry=self._registry)
        self._entries = Gauge("seloste_answer_cache_entries", "Answers that are kept.", registry=self._registry)
        self._evicted = Counter(
            "seloste_answer_cache_evicted", "Answers that went because others came.", registry=self._registry
        )
        self._evictions = 0
        self._workers = Gauge("seloste_workers", "Query processes by state.", ["state"], registry=self._registry)
        self._waiting = Gauge("seloste_queries_waiting", "Queries that wait for a process.", registry=self._registry)
        self._revision = Gauge("seloste_snapshot_revision", "The snapshot that is served.", registry=self._registry)
        self._age = Gauge(
            "seloste_snapshot_age_seconds", "Seconds since the snapshot was published.", registry=self._registry
        )

        self._writes = Counter("seloste_writes", "Writes by how they went.", ["outcome"], registry=self._registry)

    def write(self, outcome: str) -> None:
        """A request to write ended."""
        self._writes.labels(outcome).inc()

    def query(self, outcome: str, seconds: float) -> None:
        """A query ended."""
        self._queries.labels(outcome).inc()
        self._query_seconds.observe(seconds)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(route, method, str(status)).inc()
        self._request_seconds.observe(seconds)

    def revalidated(self, *, hit: bool) -> None:
        """A client asked whether its copy was still good."""
        self._revalidated.labels("hit" if hit else "miss").inc()

    def answer(self, result: str) -> None:
        """An answer was asked for."""
        self._answers.labels(result).inc()

    def cache(self, size: int, entries: int, evicted: int) -> None:
        """How full the cache of answers is."""
        self._kept.set(size)
        self._entries.set(entries)
        self._evicted.inc(evicted - self._evictions)
        self._evictions = evicted

    def workers(self, busy: int, idle: int, waiting: int) -> None:
        """How the query processes are now."""
        self._workers.labels("busy").set(busy)
        self._workers.labels("idle").set(idle)
        self._waiting.set(waiting)

    def snapshot(self, revision: int, age: float) -> None:
        """What is served now."""
        self._revision.set(revision)
        self._age.set(age)

    def document(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)
