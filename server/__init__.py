"""Serve: the SPARQL 1.1 Protocol endpoint, the stored questions and linked-data pages over HTTP."""
