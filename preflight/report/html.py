"""One self-contained HTML page: readable without script, nothing fetched, nothing executed but what stands in it.

The template escapes by itself, and every value passes `harmless.line` on its way out, so there is no place in the
template where foreign text could be forgotten. The content security policy allows exactly our style and script.
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from preflight.model import Status
from preflight.report.document import Document
from preflight.report.evidence import NUMBER, arithmetic, comparison, figure
from preflight.report.harmless import NOT_PASTEABLE, line, pasteable
from preflight.report.pictures import chains, evicted, pools
from preflight.report.summary import (
    CALM,
    MARKS,
    QUESTIONS,
    WORDS,
    answer,
    banner,
    counts,
    judged,
    message,
    place,
    target,
)

if TYPE_CHECKING:
    from jinja2 import Template

_LIMITS = {"few": 5, "limit": 10, "most": 100, "steps": 50}
"""How many of one kind are shown: names in a line, entries at once, entries that open on demand, steps."""
_LONG = 600
"""Characters of a number or list that are shown of one piece of evidence."""
_KINDS = {"fail": "repair", "warn": "advised", "unknown": "find out", "pass": "next", "skip": "next"}
_LEGEND = (
    ("before", "requested before"),
    ("added", "what the add-on requests"),
    ("over", "the same, beyond what the node has"),
    ("room", "free"),
)
_READ = "read"
_NOT_ASKED = ("not-given", "not-yet", "offline")
"""States of a fact that nobody tried to read."""


def render(document: Document) -> str:
    """Return the page."""
    from markupsafe import Markup  # noqa: PLC0415 - a template engine is loaded for this format only

    css, script = (_page(name) for name in ("page.css", "page.js"))
    word, tone = answer(document)
    return _template().render(
        document=document,
        css=Markup(css),  # noqa: S704 - our own file, allowed by its hash only
        script=Markup(script),  # noqa: S704 - our own file, allowed by its hash only
        policy=_policy(css, script),
        word=word,
        tone=tone,
        groups=[(name, list(members)) for name, members in groupby(document.outcomes, key=lambda o: o.group)],
        contents=_contents(document),
        evicted=evicted(document.views.nodes),
        pools=pools(document.views.nodes),
        chains=chains(document.views.secrets),
        read=[fact for fact in document.facts if fact.state == _READ],
        not_given=[fact for fact in document.facts if fact.state in _NOT_ASKED],
        lacking=[fact for fact in document.facts if fact.state not in (_READ, *_NOT_ASKED)],
        target=target(document),
        asked=QUESTIONS[document.stage],
        counts=counts(document),
        judged=judged(document),
        banner=banner(document),
    )


def _page(name: str) -> str:
    return (files("preflight.report") / "page" / name).read_text(encoding="utf-8")


@cache
def _template() -> "Template":
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - see render

    environment = Environment(
        loader=FunctionLoader(_page),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        _LIMITS,
        arithmetic=arithmetic,
        calm_statuses=CALM,
        comparison=comparison,
        figure=figure,
        is_number=lambda cell: bool(NUMBER.fullmatch(cell)),
        kinds=_KINDS,
        legend=_LEGEND,
        left_out=NOT_PASTEABLE,
        marks={status.value: marks[1] for status, marks in MARKS.items() if status not in CALM},
        message=message,
        pasteable=pasteable,
        place=place,
        short=_short,
        statuses=[status.value for status in reversed(Status)],
        words=WORDS,
    )
    return environment.get_template("page.html.jinja")


def _harmless(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    return line(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _contents(document: Document) -> list[tuple[str, str]]:
    """Return the sections that the page has: anchor, and title with how much there is of it."""
    read = sum(fact.state == _READ for fact in document.facts)
    sections = [
        ("next", "Steps", len(document.steps)),
        ("asks", "Unknown", document.coverage.unknown),
        ("checks", "Checks", len(document.outcomes)),
        ("nodes", "Nodes", len(document.views.nodes or ())),
        ("secrets", "Secrets", len(document.views.secrets or ())),
    ]
    return [
        *((anchor, f"{title} ({count})") for anchor, title, count in sections if count or anchor == "checks"),
        ("facts", f"Facts ({read} of {len(document.facts)} read)"),
    ]


def _short(text: str) -> str:
    """Return a long list's beginning, and how many names of it are left out: the JSON result has them all."""
    if len(text) <= _LONG:
        return text
    kept = text[:_LONG].rpartition(", ")[0] or text[:_LONG]
    return f"{kept} ... and {text.count(', ', len(kept))} more in the JSON result"


def _policy(style: str, code: str) -> str:
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, code))
    css, script = hashes
    allowed = f"style-src 'sha256-{css}'; script-src 'sha256-{script}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
