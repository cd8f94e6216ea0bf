"""`jucuo tour`: what came out of the last run, and what to try next."""

from __future__ import annotations

import click

from pipeline.cli.common import Context, common


@click.command()
@common
def tour(context: Context) -> None:
    """What came out of the last run, and what to try next."""
    import polars as pl

    workspace = context.workspace
    documents, measures = workspace.read("documents"), workspace.read("measures")
    assignments, families = workspace.read("assignments"), workspace.read("families")
    labelled = assignments.filter(pl.col("assigned"))["measure_id"].n_unique()
    widest = families.filter(pl.col("is_medoid")).sort(
        "n_issuers", "n_members", "family_id", descending=[True, True, False]
    )
    example = widest["measure_id"][0] if widest.height else measures["measure_id"][0]
    facts = {
        "documents": documents.height,
        "issuers": documents["issuer"].n_unique(),
        "measures": measures.height,
        "with_category": labelled,
        "passages": workspace.read("passages").height,
        "families": families["family_id"].n_unique(),
        "report": str(workspace.path("processed/report.html")),
        "example": example,
    }
    if context.as_json:
        context.result(facts)
        return
    where = "" if str(workspace.root) == "data" else f" --workspace {workspace.root}"
    click.echo(f"""
{facts["documents"]} documents of {facts["issuers"]} bureaus became {facts["measures"]} measures.
{labelled} of them have a category.
They share {facts["passages"]} passages; {facts["families"]} families of measures are near-identical.

Look at it:
  {facts["report"]}: the report, in any browser
  jucuo serve{where}: the web application
Ask it (source .venv/bin/activate first):
  jucuo similar --measure {example} --other-issuers{where}
  jucuo similar "推进集团化办学，缩小校际差距" --top 5{where}
  jucuo families --min-issuers 2{where}
  jucuo export --format xlsx -o measures.xlsx{where}
Use it on your own documents (txt, html, docx, pdf, zip):
  jucuo run --corpus FOLDER --workspace OUT
Change it: configs/params.yaml, then `dvc repro`; compare runs with
  mlflow ui --backend-store-uri sqlite:///experiments/mlflow.db
""")
