"""Snapshots for tests, and the judgement of one check by the real runner."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from typing import Any

from preflight.collect.values import read_values, settings_of
from preflight.definition import Check
from preflight.facts import FACTS, Header, Missing, Release, Snapshot, Values
from preflight.model import Finding, Outcome, Stage
from preflight.runner import run
from preflight.settings import Settings

COLLECTED_AT = "2026-01-15T09:00:00Z"
"""The clock of every test snapshot unless its header says otherwise."""


def header(*, stage: Stage = "enable", collected_at: str = COLLECTED_AT, **fields: Any) -> Header:  # noqa: ANN401 - the Header's own fields
    """Return a header; further `fields` are those of `facts.Header`."""
    return Header(
        **{"tool_version": "0.0.0", "stage_reason": "as given", **fields}, stage=stage, collected_at=collected_at
    )


_header = header  # `judge` takes a parameter of that name


def values(document: str | Mapping[str, object], *, file: str = "values.yaml") -> Values:
    """Return Helm values: of YAML text as if given with -f (with lines), of a mapping as if deployed (without)."""
    if isinstance(document, str):
        return read_values([(file, document.encode())])
    return settings_of(document)


def release(
    name: str = "cluedin",
    *,
    namespace: str = "cluedin",
    chart_version: str = "2.6.0",
    status: str = "deployed",
    revision: int = 3,
    secrets: Iterable[str] = (),
) -> Release:
    """Return a deployed release of CluedIn's chart whose manifest makes these Secrets."""
    return Release(
        found=True,
        name=name,
        namespace=namespace,
        chart="cluedin-platform",
        chart_version=chart_version,
        app_version=chart_version,
        status=status,
        revision=revision,
        deployed_revision=revision if status == "deployed" else None,
        description="Upgrade complete" if status == "deployed" else None,
        secrets=tuple(secrets),
    )


def snapshot(header: Header, facts: Mapping[str, Any], *, why: str = "not given by the test") -> Snapshot:
    """Return a snapshot in which every fact that is not given is `Missing`."""
    absent = Missing(reason=why, why="not-given")
    return Snapshot(header=header, facts=dict.fromkeys(FACTS, absent) | dict(facts))


def judge(
    check: Check,
    *,
    stage: Stage = "enable",
    header: Header | None = None,
    thresholds: Mapping[str, Any] | None = None,
    **facts: Any,  # noqa: ANN401 - each fact's own type
) -> Outcome:
    """Judge the given facts with one check, through the runner; what is not given is `Missing`.

    Raises TypeError for a fact that the check does not read, and whatever the check itself raises.
    """
    unread = sorted(facts.keys() - set(check.reads))
    if unread:
        raise TypeError(f"check {check.id} does not read {', '.join(unread)}; it reads {', '.join(check.reads)}")
    return judge_snapshot(check, snapshot(header or _header(stage=stage), facts), thresholds=thresholds)


def judge_snapshot(check: Check, snapshot: Snapshot, *, thresholds: Mapping[str, Any] | None = None) -> Outcome:
    """Judge a snapshot with one check, through the runner. Raises whatever the check raises."""
    raised: list[Exception] = []

    @functools.wraps(check.function)
    def watched(*args: Any, **kwargs: Any) -> list[Finding]:  # noqa: ANN401 - the function's own types
        try:
            return list(check.function(*args, **kwargs))
        except Exception as error:
            raised.append(error)
            raise

    watched_check = dataclasses.replace(check, function=watched)
    known = FACTS | {fact.name: fact for fact in check.own_facts}
    settings = Settings(checks={check.id: dict(thresholds or {})})
    report = run([(watched_check, "test")], snapshot, settings, known)
    if raised:
        # The runner turns this into an unknown, rightly; whoever tests a check wants the traceback.
        raise raised[0]
    return report.outcomes[0]
