"""What all samples are of: the names of cluster and vault, the ids, and the header."""

from typing import Any

from preflight import __version__
from preflight.facts import Header, Missing, Snapshot
from preflight.model import Stage, Target
from preflight.testing import RESOURCE_GROUP, SUBSCRIPTION, header, snapshot

CLUSTER, VAULT = "aks-cluedin-sample", "kv-cluedin-sample"
COLLECTED_AT = "2026-01-15T09:00:00Z"


def made(
    stage: Stage, reason: str, facts: dict[str, Any], *, values_files: tuple[str, ...] = ("values.yaml",)
) -> Snapshot:
    """Return the snapshot of a sample; a fact that its story does not tell is `Missing`."""
    return snapshot(_header(stage, reason, values_files), facts, why="not part of this sample")


def refused(what: str, right: str) -> Missing:
    """Return a fact that could not be read for lack of a right, in the words of a live run."""
    return Missing(reason=f"refused: {what} needs {right}", why="refused")


def _header(stage: Stage, reason: str, values_files: tuple[str, ...]) -> Header:
    return header(
        stage=stage,
        stages=(stage,),
        stage_reason=reason,
        collected_at=COLLECTED_AT,
        sample=True,
        tool_version=__version__,
        target=Target(
            context=CLUSTER,
            cluster=CLUSTER,
            resource_group=RESOURCE_GROUP,
            subscription=SUBSCRIPTION,
            vault=VAULT,
            namespace="cluedin",
            release="cluedin",
            chart_version="2.6.0",
            nodes=7,
            kubernetes_version="1.33",
            azure_account="dana@sample.example",
            values=values_files,
        ),
    )
