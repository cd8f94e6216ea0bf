"""Pages and API by group; each module has one `router`."""

from pipeline.web.routes import (
    api,
    compare,
    documents,
    entrance,
    exporting,
    families,
    measures,
    overview,
    searching,
)

ROUTERS = [
    module.router for module in (overview, searching, measures, documents, families, compare, exporting, entrance, api)
]

__all__ = ["ROUTERS"]
