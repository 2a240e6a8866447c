"""What is known of each workload of the charts: what its pods ask for, where they may go, which values are about it.

`chart_workloads.json` was taken from renderings of the published charts: each pod's requests in one sum, and where it
may go, and how a Deployment rolls out where that is not the default.
"""

from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files

import msgspec

from preflight.facts.kubernetes import DeploymentStrategy, Toleration
from preflight.sync.values import Path


class WorkloadFact(msgspec.Struct, frozen=True, kw_only=True):
    """A workload's defaults in the versions named (none: in all).

    `section` is the path below which values size it, `depends` are switches that would change its figures. `made_by`
    names the workload without which an operator's pods do not come to be. `strategy` is a Deployment's.
    """

    kind: str
    name: str
    versions: tuple[str, ...] = ()
    section: str = ""
    requests: dict[str, str] = {}
    node_selector: dict[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()
    priority_class: str | None = None
    host_network: bool = False
    strategy: DeploymentStrategy = DeploymentStrategy()
    depends: tuple[str, ...] = ()
    made_by: str = ""


@lru_cache(maxsize=1)
def workload_facts() -> tuple[WorkloadFact, ...]:
    """Read the package data."""
    data = files("preflight.sync").joinpath("chart_workloads.json").read_bytes()
    return msgspec.json.decode(data, type=tuple[WorkloadFact, ...])


def concerned(place: Path, sections: Collection[str]) -> Collection[str]:
    """The sections that a setting at this place may be about: the one it is in, those below it, or any.

    The narrowest section has it: `infrastructure.monitoring.grafana` is Grafana's, not the operator's. What is global,
    or in no section at all, may be about any.
    """
    path = ".".join(map(str, place)) + "."
    within = [section for section in sections if section and path.startswith(f"{section}.")]
    if within:
        return (max(within, key=len),)
    below = [section for section in sections if f"{section}.".startswith(path)]
    return below if below and place[:1] not in ((), ("global",)) else sections
