"""Bytes to source documents, and metadata with evidence from clean text."""
