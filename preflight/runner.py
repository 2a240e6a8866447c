"""Judge a snapshot: every selected check once, in the catalogue's order. Pure."""

import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any

from preflight.definition import Check
from preflight.errors import PreflightError
from preflight.facts import Fact, Header, Missing, Snapshot, instant
from preflight.model import FactState, Finding, Outcome, Report, Status
from preflight.settings import Settings
from preflight.shells import powershell_word
from preflight.waivers import applied

_NAME = re.compile(r"\{(cluster|group|vault|namespace)\}")
NO_VERDICT = "the check reached no verdict"


def run(
    checks: Sequence[tuple[Check, str]],
    snapshot: Snapshot,
    settings: Settings,
    facts: dict[str, Fact],
    *,
    broken_packs: Sequence[tuple[str, str, str]] = (),
) -> Report:
    """Judge the snapshot with these checks, each given with the name of its pack.

    `facts` describes every fact the checks read. `broken_packs` are (name, pack, reason) of packs that could not be
    loaded: each becomes an unknown outcome. A check outside the snapshot's stages is a skip; a check that raises costs
    itself only.
    """
    header = snapshot.header
    outcomes = [
        Outcome(
            id=check.id,
            group=check.group,
            title=check.title,
            pack=pack,
            reads=check.reads,
            findings=_judge(check, snapshot, settings),
        )
        for check, pack in checks
    ]
    outcomes += [
        Outcome(
            id=f"pack-{name}",
            group="settings",
            title="Every installed pack of checks can be loaded",
            pack=pack,
            reads=(),
            findings=(Finding(status=Status.UNKNOWN, message=f"pack {pack} could not be loaded: {reason}"),),
        )
        for name, pack, reason in broken_packs
    ]
    read = {name for check, _ in checks for name in check.reads}
    return Report(
        tool_version=header.tool_version,
        collected_at=header.collected_at,
        stage=header.stage,
        stage_reason=header.stage_reason,
        target=header.target,
        outcomes=applied(outcomes, settings.waivers, instant(header.collected_at).date()),
        facts=tuple(_state(fact, snapshot) for name, fact in facts.items() if name in read),
        notes=header.notes,
        sample=header.sample,
        partial=header.partial,
    )


def _judge(check: Check, snapshot: Snapshot, settings: Settings) -> tuple[Finding, ...]:
    stages = snapshot.header.stages or (snapshot.header.stage,)
    if not set(check.stages) & set(stages):
        return (Finding(status=Status.SKIP, message=f"concerns the stage {' and '.join(check.stages)} only"),)
    missing = {name: value for name in check.needed if isinstance(value := snapshot.get(name), Missing)}
    if missing:
        return _not_judged(missing)
    arguments = [snapshot.get(name) for name in check.needed] + [_welcome(check, snapshot, n) for n in check.welcome]
    try:
        findings = check(*arguments, **settings.thresholds(check))
    except PreflightError as error:
        # The facts hold something that cannot be judged, a quantity that is none; the message names it.
        return (Finding(status=Status.UNKNOWN, message=str(error)),)
    except Exception as error:  # noqa: BLE001 - one check's mistake must not cost the others
        message = f"the check itself failed with {type(error).__name__}; please report this as a bug"
        return (Finding(status=Status.UNKNOWN, message=message),)
    if not findings:
        return (Finding(status=Status.UNKNOWN, message=NO_VERDICT),)
    return tuple(sorted(findings, key=lambda finding: (-finding.status.loudness, finding.object or "")))


def _not_judged(missing: dict[str, Missing]) -> tuple[Finding, ...]:
    # A fact that cannot be there yet makes the whole question premature, whatever else was refused.
    premature = {name: value for name, value in missing.items() if value.is_skip}
    status = Status.SKIP if premature else Status.UNKNOWN
    reasons = dict.fromkeys(
        value.reason if value.is_skip else f"{name.replace('_', ' ')} not read: {value.reason}"
        for name, value in (premature or missing).items()
    )
    return tuple(Finding(status=status, message=reason) for reason in reasons)


def _welcome(check: Check, snapshot: Snapshot, name: str) -> Any:  # noqa: ANN401 - the type is the fact's own
    value = snapshot.get(name)
    return None if isinstance(value, Missing) and name not in check.told else value


def _state(fact: Fact, snapshot: Snapshot) -> FactState:
    value = snapshot.get(fact.name)
    if isinstance(value, Missing):
        ask = "" if value.is_skip else fact.ask
        return FactState(
            name=fact.name,
            right=fact.right,
            state=value.why,
            reason=value.reason,
            ask=filled_in(ask, snapshot.header),
            ask_powershell=filled_in(ask, snapshot.header, powershell_word),
        )
    return FactState(name=fact.name, right=fact.right, state="read")


def filled_in(ask: str, header: Header, quote: Callable[[str], str] = shlex.quote) -> str:
    """Put the target's names into a command, quoted for its shell; what is not known stays a word in capitals.

    >>> from preflight.model import Target
    >>> filled_in("az keyvault show -n {vault}", Header(
    ...     collected_at="", tool_version="", stage="enable", target=Target(vault="kv-1")))
    'az keyvault show -n kv-1'
    """
    target = header.target
    names = {
        "cluster": target.cluster,
        "group": target.resource_group,
        "vault": target.vault,
        "namespace": target.namespace,
    }
    # A name comes from the cluster or a file: quoted, it cannot become a command of whoever pastes it.
    return _NAME.sub(lambda found: quote(name) if (name := names[found[1]]) else found[1].upper(), ask)
