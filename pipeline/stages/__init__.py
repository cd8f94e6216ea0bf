"""One thin module a stage: read tables, call the core, write tables and metrics. Files and progress live here."""
