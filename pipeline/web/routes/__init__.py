"""Pages and API by group; each module has one `router`."""

from pipeline.web.routes import (
    account,
    api,
    compare,
    deciding,
    documents,
    entrance,
    exchanging,
    exporting,
    families,
    measures,
    overview,
    reasons,
    review,
    review_api,
    searching,
)

ROUTERS = [
    module.router
    for module in (
        *(overview, searching, measures, documents, families, compare, entrance, account, api, reasons, exporting),
        *(review, deciding, exchanging, review_api),
    )
]

__all__ = ["ROUTERS"]
