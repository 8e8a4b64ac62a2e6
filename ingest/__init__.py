"""Text to graph: a notice's text becomes sections, mentions, claims with evidence, and RDF in the store."""
