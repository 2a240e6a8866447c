"""The pages that are opened: the goldens, the samples, accepted and known findings, and a big cluster."""

from collections.abc import Callable
from functools import cache, partial

from preflight.cli.judging import checks_wanted, judged
from preflight.demo import sample
from preflight.model import STAGES, Report, Stage
from preflight.report import html
from preflight.report.document import Document, document
from preflight.settings import Settings
from tests.report.reports import REPORTS, TROUBLED, VIEWS, big, finding, outcome, report


def _sample(stage: Stage) -> Document:
    catalog, offers = checks_wanted((), (), packs=False)
    return judged(sample(stage), catalog, offers, Settings())


def _known() -> Report:
    was_there = finding("fail", "it was there", "node/a", "mend it", known=True)
    return report(outcome("max-pods-headroom", "capacity", "Every node can take the add-on's pods", was_there))


PAGES: dict[str, Callable[[], Document]] = {
    **{name: partial(document, made, views=VIEWS) for name, made in REPORTS.items()},
    **{f"sample {stage}": partial(_sample, stage) for stage in STAGES},
    "without pictures": partial(document, TROUBLED),
    "known": partial(document, _known()),
    "a hundred nodes": partial(big, 100),
}


@cache
def page(name: str) -> str:
    """Return the text of the page of that name."""
    return html.render(PAGES[name]())
