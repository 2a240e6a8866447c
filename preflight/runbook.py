"""From all findings one ordered list of things to do.

The order is that of dependence: room before the add-on that takes it, a vault before anybody is let into it, the add-on
before the grant to the identity it brings, the grant before the values that rely on it, values before anybody touches
a Secret that running pods read. Pure.
"""

from collections.abc import Iterable
from typing import NamedTuple

from preflight.effects import effect
from preflight.model import Commands, Finding, Outcome, Stage, Status, Step, Target, worst
from preflight.shells import Words, commands, words_of


class _Phase(NamedTuple):
    """What every step of one kind has in common."""

    name: str
    who: str
    undo: str
    interrupts: str


class _Cured(NamedTuple):
    outcome: Outcome
    finding: Finding


class _Group(NamedTuple):
    """What one step cures, and what goes away with that; `phase` is an index of `_PHASES`."""

    phase: int
    cured: list[_Cured]
    follows: list[_Cured] = []  # noqa: RUF012 - a default that nobody changes


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
    "whoever keeps {values}",
    "{values} as before: keep a copy",
    "nothing until the next helm upgrade, which restarts the pods it changes",
)
_SECRETS = _Phase(
    "secrets",
    "somebody who may change Secrets and restart pods in namespace {namespace}",
    "put back from its copy what was deleted",
    "pods that read a Secret do not start while it is absent; running ones keep their old values until restarted",
)
_REASONS = 3
"""Messages that a step repeats; its objects tell of the others."""

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


def steps(outcomes: Iterable[Outcome], target: Target, stage: Stage | None = None) -> tuple[Step, ...]:
    """Return what to do, in order. A finding without hint and commands asks for nothing and makes no step.

    Findings with one cure are one step, and so are all that a node lacks, all that one command cures, and what is only
    another finding's consequence. Within a phase repairs come before what is merely next, and loud before calm.
    `stage` is the one that was named and has to be named again; None where the tool finds it.
    """
    cures: dict[tuple[int, str], list[_Cured]] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            if finding.status is not Status.SKIP and not finding.known and (finding.hint or finding.commands):
                phase = _PHASES.index(_phase(outcome, finding))
                cures.setdefault((phase, finding.hint or outcome.title), []).append(_Cured(outcome, finding))
    groups = [_Group(phase, cured) for (phase, _), cured in cures.items()]
    made = [_step(group, target, stage) for group in _consequences(_by_command(_by_node(groups)))]
    order = {phase.name: i for i, phase in enumerate(_PHASES)}
    return tuple(sorted(made, key=lambda step: (order[step.phase], -step.status.loudness)))


def _by_node(groups: list[_Group]) -> list[_Group]:
    """Join the cures that make room on the same nodes; all others stay as they are."""
    joined: dict[object, _Group] = {}
    for number, group in enumerate(groups):
        objects = frozenset(finding.object for _, finding in group.cured)
        is_room = _PHASES[group.phase] is _ROOM and objects != {None}
        _join(joined, objects if is_room else number, group)
    return list(joined.values())


def _by_command(groups: list[_Group]) -> list[_Group]:
    """Join the cures of one phase that run the same commands, or set the requests of the same workload."""
    joined: dict[object, _Group] = {}
    for number, group in enumerate(groups):
        subjects = [_subject(finding.commands) for _, finding in group.cured if finding.commands]
        _join(joined, (group.phase, subjects[0]) if subjects else number, group)
    return list(joined.values())


def _join(joined: dict[object, _Group], key: object, group: _Group) -> None:
    there = joined.get(key)
    joined[key] = _Group(there.phase, there.cured + group.cured) if there else group


def _subject(cure: Commands) -> tuple[Words, ...]:
    """Return the commands without how much they ask for: two that set one workload's requests are one cure."""
    return tuple(
        tuple(word for word in words if not word.startswith("--requests="))
        for line in cure.bash
        if (words := words_of(line))
    )


def _consequences(groups: list[_Group]) -> list[_Group]:
    """Join what only follows from another finding to the step that cures it.

    Such a finding names the check that tells of its cause (evidence `check`), and the cause by the name of its object
    or by the pods that both keep waiting (evidence `pods`).
    """
    for effect_ in list(groups):
        if any(finding.commands for _, finding in effect_.cured):
            continue
        causes = {id(cause): cause for one in effect_.cured for cause in groups if _is_cause(cause, one, effect_)}
        if len(causes) == 1:
            (cause,) = causes.values()
            at = next(i for i, group in enumerate(groups) if group is cause)
            groups[at] = cause._replace(follows=cause.follows + effect_.cured + effect_.follows)
            groups = [group for group in groups if group is not effect_]
    return groups


def _is_cause(group: _Group, consequence: _Cured, own: _Group) -> bool:
    told_by = consequence.finding.evidence.get("check")
    if group is own or not isinstance(told_by, str):
        return False
    return any(
        outcome.id == told_by and _are_linked(finding, consequence.finding)
        for outcome, finding in (*group.cured, *group.follows)
    )


def _are_linked(cause: Finding, consequence: Finding) -> bool:
    waiting, kept = cause.evidence.get("pods"), consequence.evidence.get("pods")
    if isinstance(waiting, list) and isinstance(kept, list) and set(map(str, waiting)) & set(map(str, kept)):
        return True
    name = (cause.object or "").rpartition("/")[2]
    return bool(name) and name in consequence.message.replace("/", " ").replace(":", " ").split()


def _phase(outcome: Outcome, finding: Finding) -> _Phase:
    default = _BY_CHECK.get(outcome.id) or _BY_GROUP.get(outcome.group, _VALUES)
    if (finding.object or "").startswith("values/"):
        return _VALUES
    # A line of the values without a command is a line to change, whatever the question was; but a Secret that is to be
    # touched stays last, though the values name it.
    return _VALUES if finding.location and not finding.commands and default is not _SECRETS else default


def _step(group: _Group, target: Target, stage: Stage | None) -> Step:
    phase = _PHASES[group.phase]
    every = (*group.cured, *group.follows)
    checks = tuple(dict.fromkeys(outcome.id for outcome, _ in every))
    named = [finding.commands for _, finding in _known_last(group) if finding.commands]
    cures = tuple({_subject(cure): cure for cure in named}.values())
    costs = effect(cures)
    names = {
        "values": " and ".join(target.values) or "the values of the release",
        "namespace": target.namespace or "CluedIn's namespace",
    }
    return Step(
        phase=phase.name,
        what="; ".join(_what(group)),
        status=worst(finding.status for _, finding in every),
        checks=checks,
        objects=tuple(dict.fromkeys(finding.object for _, finding in every if finding.object)),
        who="; ".join(costs.who) or phase.who.format(**names),
        commands=cures,
        verify=_waiting(target) if _deploys(cures) else _verify(checks, target, stage),
        undo="; ".join(costs.undo) or phase.undo.format(**names),
        interrupts="; ".join(costs.interrupts) or phase.interrupts.format(**names),
        undo_commands=costs.undo_commands,
        why=tuple(dict.fromkeys(finding.message for _, finding in group.cured if finding.message))[:_REASONS],
    )


def _what(group: _Group) -> list[str]:
    """Return the cures in words, one where several findings have the same command: its last, which knows most."""
    said: dict[object, str] = {}
    for number, (outcome, finding) in enumerate(_known_last(group)):
        said[_subject(finding.commands) if finding.commands else number] = finding.hint or outcome.title
    return list(dict.fromkeys(said.values()))


def _known_last(group: _Group) -> list[_Cured]:
    """Return the findings with the one last that knows most of a cure they share: the loudest, then by its check."""
    return sorted(group.cured, key=lambda one: (one.finding.status.loudness, one.outcome.id))


def _deploys(cures: Iterable[Commands]) -> bool:
    return any(words_of(line)[:2] == ("helm", "upgrade") for cure in cures for line in cure.bash)


def _verify(checks: tuple[str, ...], target: Target, stage: Stage | None = None) -> Commands:
    """Return the run that judges these checks again, of the same values.

    >>> _verify(("addon-state",), Target(values=("my values.yaml",))).bash
    ("cluedin-preflight run -c addon-state -f 'my values.yaml'",)
    """
    files = (word for file in target.values for word in ("-f", file))
    named = ("--stage", stage) if stage else ()
    return commands(("cluedin-preflight", "run", "-c", ",".join(checks), *named, *_context(target), *files))


def _waiting(target: Target) -> Commands:
    """Return the run that looks after a deployment until the Secrets are there."""
    return commands(("cluedin-preflight", "run", "--stage", "verify", "--wait", "10m", *_context(target)))


def _context(target: Target) -> Words:
    return ("--context", target.context) if target.context else ()
