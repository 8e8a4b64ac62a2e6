"""What exists: vocabulary, territories, instruments, acts, known organisations, and how people say it (the lexicon)."""
