"""One self-contained HTML page: readable without script, nothing fetched, nothing executed but what stands in it.

The template escapes by itself, and every value passes `harmless.line` on its way out, so there is no place in the
template where foreign text could be forgotten. The content security policy allows exactly our style and script.
"""

import base64
import hashlib
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from preflight.model import Finding, NodePicture, Status, Use
from preflight.report.document import Document, Judged
from preflight.report.evidence import NUMBER, arithmetic, comparison, figure, written
from preflight.report.harmless import NOT_PASTEABLE, line, pasteable
from preflight.report.summary import (
    CALM,
    QUESTIONS,
    WORDS,
    answer,
    banner,
    counts,
    judged,
    message,
    place,
    target,
    to_do,
)

if TYPE_CHECKING:
    from jinja2 import Template

_OPEN = 10
"""Findings of one check that are shown at once; more of them, up to `_MOST`, open on demand."""
_MOST = 200
_STEPS = 50
_ROWS = 1000
_KINDS = {"fail": "repair", "warn": "advised", "unknown": "find out", "pass": "next", "skip": "next"}


def render(document: Document) -> str:
    """Return the page."""
    from markupsafe import Markup  # noqa: PLC0415 - a template engine is loaded for this format only

    css, script = (files("preflight.report") / "page" / name for name in ("page.css", "page.js"))
    style, code = css.read_text(encoding="utf-8"), script.read_text(encoding="utf-8")
    word, tone = answer(document)
    return _template().render(
        document=document,
        css=Markup(style),  # noqa: S704 - our own file, allowed by its hash only
        script=Markup(code),  # noqa: S704 - our own file, allowed by its hash only
        policy=_policy(style, code),
        word=word,
        tone=tone,
        groups=[(name, list(members)) for name, members in groupby(document.outcomes, key=lambda o: o.group)],
        pools=_pools(document),
        target=target(document),
        asked=QUESTIONS[document.stage],
        counts=counts(document),
        judged=judged(document),
        banner=banner(document),
        statuses=[status.value for status in reversed(Status)],
        kinds=_KINDS,
        limit=_OPEN,
        most=_MOST,
        steps=_STEPS,
        rows=_ROWS,
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - see render

    environment = Environment(
        autoescape=True, finalize=_harmless, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(
        arithmetic=arithmetic,
        comparison=comparison,
        figure=figure,
        is_number=lambda cell: bool(NUMBER.fullmatch(cell)),
        left_out=NOT_PASTEABLE,
        message=message,
        pasteable=pasteable,
        place=place,
        share=_share,
        problems=_problems,
        to_do=to_do,
        words=WORDS,
        written=written,
    )
    source = files("preflight.report") / "page" / "page.html.jinja"
    return environment.from_string(source.read_text(encoding="utf-8"))


def _harmless(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    return line(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _problems(outcome: Judged) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.status not in CALM]


def _pools(document: Document) -> list[tuple[str, str, list[NodePicture]]]:
    """Return the pools in the order of the picture, each with its nodes counted by what the add-on does there."""
    pools = []
    for pool, members in groupby(document.views.nodes or (), key=lambda picture: picture.pool):
        pictures = list(members)
        effects = Counter(picture.effect for picture in pictures)
        nodes = "1 node" if len(pictures) == 1 else f"{len(pictures)} nodes"
        pools.append((pool, f"{nodes}: " + ", ".join(f"{n} {effect}" for effect, n in effects.items()), pictures))
    return pools


def _share(use: Use) -> str:
    """Return the shares requested before and with the add-on.

    >>> _share(Use(before=7760, added=120, limit=7820))
    '99.2 %, then 100.8 %'
    """
    if use.limit <= 0:
        return "nothing to give"
    before, after = (f"{100 * used / use.limit:.1f} %" for used in (use.before, use.before + use.added))
    return f"{before}, then {after}"


def _policy(style: str, code: str) -> str:
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, code))
    css, script = hashes
    allowed = f"style-src 'sha256-{css}'; script-src 'sha256-{script}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
