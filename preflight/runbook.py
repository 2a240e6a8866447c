"""From all findings one ordered list of things to do.

The order is that of dependence: room before the add-on that takes it, a vault before anybody is let into it, the add-on
before the grant to the identity it brings, the grant before the values that rely on it, values before anybody touches
a Secret that running pods read. Pure.
"""

from collections.abc import Iterable
from typing import NamedTuple

from preflight.access.commands import commands
from preflight.model import Commands, Finding, Outcome, Status, Step, Target, worst


class _Phase(NamedTuple):
    """What every step of one kind has in common."""

    name: str
    who: str
    undo: str
    interrupts: str


class _Cured(NamedTuple):
    outcome: Outcome
    finding: Finding


_ROOM = _Phase(
    "room",
    "somebody who may change the cluster's node pools and the requests of its workloads",
    "take the added node or pool away again, or set the request back",
    "pods that are moved restart; adding a node or a pool interrupts nothing",
)
_VAULT = _Phase(
    "vault",
    "somebody who may change the vault (Key Vault Contributor) or its objects (Key Vault Secrets Officer)",
    "set it back; a deleted object can be recovered while soft delete keeps it",
    "nothing in the cluster, until pods mount the vault",
)
_ADDON = _Phase(
    "add-on",
    "somebody who may change the cluster (Azure Kubernetes Service Contributor Role)",
    "az aks disable-addons, as long as no pod mounts the vault: pods that do will not start again without it",
    "two more pods start on every node; where there is no room they push out others",
)
_GRANT = _Phase(
    "grant",
    "somebody who may grant access at the vault (Owner, User Access Administrator; for policies Contributor)",
    "delete the role assignment, or the access policy, that was made",
    "nothing; a grant may take ten minutes to take effect",
)
_VALUES = _Phase(
    "values",
    "whoever keeps the values file",
    "the values file as it was",
    "nothing until the next helm upgrade, which restarts the pods it changes",
)
_SECRETS = _Phase(
    "secrets",
    "somebody who may change Secrets and restart pods in the namespace",
    "put the Secret back from the copy made before",
    "pods that read the Secret do not start while it is absent; running ones keep their old values until restarted",
)
_PHASES = (_ROOM, _VAULT, _ADDON, _GRANT, _VALUES, _SECRETS)
_BY_GROUP = {
    "capacity": _ROOM,
    "vault": _VAULT,
    "addon": _ADDON,
    "identity": _GRANT,
    "naming": _VALUES,
    "values": _VALUES,
    "settings": _VALUES,
    "sync": _VALUES,
    "collision": _SECRETS,
    "migration": _SECRETS,
}
# What these two find is cured in the namespace, not in the plan.
_BY_CHECK = {"sync-status": _SECRETS, "pods-start": _SECRETS}


def steps(outcomes: Iterable[Outcome], target: Target) -> tuple[Step, ...]:
    """Return what to do, in order. A finding without hint and commands asks for nothing and makes no step.

    Findings with one cure are one step, and so is all that a node lacks. Within a phase repairs come before what is
    merely next, and loud before calm.
    """
    cures: dict[tuple[int, str], list[_Cured]] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            if finding.status is not Status.SKIP and not finding.known and (finding.hint or finding.commands):
                phase = _PHASES.index(_phase(outcome, finding))
                cures.setdefault((phase, finding.hint or outcome.title), []).append(_Cured(outcome, finding))
    made = [_step(_PHASES[phase], cured, target) for phase, cured in _by_node(cures)]
    order = {phase.name: i for i, phase in enumerate(_PHASES)}
    return tuple(sorted(made, key=lambda step: (order[step.phase], -step.status.loudness)))


def _by_node(cures: dict[tuple[int, str], list[_Cured]]) -> list[tuple[int, list[_Cured]]]:
    """Join the cures that make room on the same nodes; all others stay as they are."""
    room = _PHASES.index(_ROOM)
    joined: dict[tuple[int, object], list[_Cured]] = {}
    for (phase, what), cured in cures.items():
        objects = frozenset(finding.object for _, finding in cured)
        joined.setdefault((phase, objects if phase == room and objects != {None} else what), []).extend(cured)
    return [(phase, cured) for (phase, _), cured in joined.items()]


def _phase(outcome: Outcome, finding: Finding) -> _Phase:
    default = _BY_CHECK.get(outcome.id) or _BY_GROUP.get(outcome.group, _VALUES)
    if (finding.object or "").startswith("values/"):
        return _VALUES
    # A line of the values without a command is a line to change, whatever the question was; but a Secret that is to be
    # touched stays last, though the values name it.
    return _VALUES if finding.location and not finding.commands and default is not _SECRETS else default


def _step(phase: _Phase, cured: list[_Cured], target: Target) -> Step:
    checks = tuple(dict.fromkeys(outcome.id for outcome, _ in cured))
    cures = dict.fromkeys(finding.commands for _, finding in cured if finding.commands)
    return Step(
        phase=phase.name,
        what="; ".join(dict.fromkeys(finding.hint or outcome.title for outcome, finding in cured)),
        status=worst(finding.status for _, finding in cured),
        checks=checks,
        objects=tuple(dict.fromkeys(finding.object for _, finding in cured if finding.object)),
        who=phase.who,
        commands=tuple(cures),
        verify=_verify(checks, target),
        undo=phase.undo,
        interrupts=phase.interrupts,
    )


def _verify(checks: tuple[str, ...], target: Target) -> Commands:
    """Return the run that judges these checks again, of the same values.

    >>> _verify(("addon-state",), Target(values=("my values.yaml",))).bash
    ("cluedin-preflight run -c addon-state -f 'my values.yaml'",)
    """
    files = (word for file in target.values for word in ("-f", file))
    return commands(("cluedin-preflight", "run", "-c", ",".join(checks), *files))
