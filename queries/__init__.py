"""Ask: stored questions in SPARQL and their evaluation in bounded time over a published snapshot."""
