"""Issuers as a network: who shares how much distinctive wording with whom, as rows and as GraphML."""

from __future__ import annotations

import polars as pl

from pipeline.settings import ReuseParams

PLACES = ("province", "city", "county", "level")


def matrix(documents: pl.DataFrame, passages: pl.DataFrame, params: ReuseParams) -> pl.DataFrame:
    """Shares of every two issuers of these documents, one row for each direction (see `share_matrix`)."""
    from pipeline.reuse import share_matrix  # compiled code: only who asks for it waits for its import

    return share_matrix(documents, passages, params)


def _nodes(documents: pl.DataFrame) -> pl.DataFrame:
    named = documents.filter(pl.col("issuer").is_not_null()).sort("doc_id")
    return (
        named.group_by("issuer")
        .agg(
            pl.col(PLACES).drop_nulls().first(),
            n_documents=pl.len(),
            n_characters=pl.col("text").str.len_chars().sum(),
            first_year=pl.col("plan_year").min(),
            last_year=pl.col("plan_year").max(),
        )
        .sort("issuer")
    )


def graphml(documents: pl.DataFrame, shares: pl.DataFrame) -> str:
    """A directed graph for Gephi and networkx.

    Nodes are issuers, with places, years, and how much there is of them. An edge from a to b weighs the share of a's
    text that stands in distinctive passages with b; issuers that share only what is common to many have no edge.
    """
    import networkx as nx

    graph = nx.DiGraph()
    for row in _nodes(documents).iter_rows(named=True):
        # GraphML has no null: what is unknown is left out.
        graph.add_node(row.pop("issuer"), **{name: value for name, value in row.items() if value is not None})
    for row in shares.filter(pl.col("n_passages") > 0).iter_rows(named=True):
        a, b, weight = row.pop("issuer_a"), row.pop("issuer_b"), row["distinctive_share"]
        graph.add_edge(a, b, weight=weight, **row)
    return "\n".join(nx.generate_graphml(graph, named_key_ids=True)) + "\n"
