"""A check: a function of facts whose signature is its declaration.

`@check` reads the signature once, when the check is defined, and refuses a bad one with module and function named.
"""

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from preflight.errors import CheckDefinitionError
from preflight.facts import FACTS, Fact, Missing
from preflight.model import STAGES, Commands, Evidence, Finding, Location, Stage, Status

Function = Callable[..., Iterable[Finding]]
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check as the engine sees it; calling it calls the function it was made from.

    `needed` and `welcome` are fact names. `told` are the welcome ones that want to see `Missing` itself instead of
    None, because their annotation names it. `thresholds` maps each threshold to its default: all the configuration
    schema there is. `own_facts` are facts that a pack brings along.
    """

    id: str
    group: str
    stages: tuple[Stage, ...]
    function: Function
    needed: tuple[str, ...]
    welcome: tuple[str, ...]
    told: frozenset[str]
    thresholds: Mapping[str, Any] = field(hash=False)
    own_facts: tuple[Fact, ...] = ()

    def __call__(self, *args: Any, **kwargs: Any) -> list[Finding]:  # noqa: ANN401 - the function's own types
        """Call the function and gather its findings."""
        return list(self.function(*args, **kwargs))

    @property
    def reads(self) -> tuple[str, ...]:
        """Every fact the check looks at, needed ones first."""
        return self.needed + self.welcome

    @property
    def manual(self) -> str:
        """The docstring, dedented: title, why it matters, how to fix it."""
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def title(self) -> str:
        """The healthy condition in the affirmative: the docstring's first line without its full stop."""
        return self.manual.splitlines()[0].rstrip(".")


def check(
    id: str,
    *,
    group: str,
    stages: Sequence[Stage] = STAGES,
    own_facts: Sequence[Fact] = (),
) -> Callable[[Function], Check]:
    """Declare a check.

    Positional parameters of the function are facts by name: without default it needs them, with default None they are
    welcome. Keyword-only parameters are thresholds; name, type and default are their whole schema. The docstring is
    the manual. `own_facts` declares facts that this project does not know. Raises CheckDefinitionError.
    """

    def define(function: Function) -> Check:
        where = f"{function.__module__}.{function.__qualname__}"

        def refuse(why: str) -> CheckDefinitionError:
            return CheckDefinitionError(f"check {id!r} ({where}): {why}")

        if not id or not _ID_CHARACTERS.issuperset(id) or id != id.strip("-"):
            raise refuse("the id must be kebab-case: small letters, digits and hyphens")
        if not (function.__doc__ or "").strip():
            raise refuse("it has no docstring; the docstring is its manual")
        if not stages or not set(stages) <= set(STAGES):
            raise refuse(f"stages must be some of {', '.join(STAGES)}")
        known = {"header", *FACTS, *(fact.name for fact in own_facts)}
        needed, welcome, told, thresholds = [], [], set(), {}
        for parameter in inspect.signature(function, eval_str=True).parameters.values():
            name, default = parameter.name, parameter.default
            if parameter.kind is parameter.KEYWORD_ONLY:
                if default is parameter.empty:
                    raise refuse(f"threshold {name!r} has no default")
                thresholds[name] = default
            elif parameter.kind is not parameter.POSITIONAL_OR_KEYWORD:
                raise refuse(f"parameter {name!r} is neither a fact nor a threshold")
            elif name not in known:
                raise refuse(f"{name!r} is not a fact; the facts are {', '.join(sorted(known))}")
            elif default is parameter.empty:
                needed.append(name)
            elif default is None:
                welcome.append(name)
                if Missing in _alternatives(parameter.annotation):
                    told.add(name)
            else:
                raise refuse(f"fact {name!r} may only have the default None")
        if not set(needed + welcome) - {"header"}:
            raise refuse("it takes no fact")
        return Check(
            id=id,
            group=group,
            stages=tuple(stages),
            function=function,
            needed=tuple(needed),
            welcome=tuple(welcome),
            told=frozenset(told),
            thresholds=thresholds,
            own_facts=tuple(own_facts),
        )

    return define


def _alternatives(annotation: object) -> tuple[object, ...]:
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return typing.get_args(annotation)
    return (annotation,)


# --- what a check says: one function per status ---

Evidences = Mapping[str, Evidence]


def skip(message: str, object: str | None = None, *, evidence: Evidences | None = None) -> Finding:
    """It does not apply, or cannot be known yet: say why."""
    return _finding(Status.SKIP, message, object, None, evidence)


def passed(message: str, object: str | None = None, *, evidence: Evidences | None = None) -> Finding:
    """It holds: say what was examined and how tight it is."""
    return _finding(Status.PASS, message, object, None, evidence)


def warn(
    message: str,
    object: str | None = None,
    hint: str | None = None,
    *,
    evidence: Evidences | None = None,
    location: Location | None = None,
    commands: Commands | None = None,
) -> Finding:
    """It will not break now, but somebody should know."""
    return _finding(Status.WARN, message, object, hint, evidence, location, commands)


def unknown(
    message: str,
    object: str | None = None,
    hint: str | None = None,
    *,
    evidence: Evidences | None = None,
    location: Location | None = None,
    commands: Commands | None = None,
) -> Finding:
    """The evidence does not decide: say what would."""
    return _finding(Status.UNKNOWN, message, object, hint, evidence, location, commands)


def fail(
    message: str,
    object: str,
    hint: str,
    *,
    evidence: Evidences | None = None,
    location: Location | None = None,
    commands: Commands | None = None,
) -> Finding:
    """It will break: name the object, the numbers and the exact fix."""
    return _finding(Status.FAIL, message, object, hint, evidence, location, commands)


def _finding(
    status: Status,
    message: str,
    object: str | None,
    hint: str | None,
    evidence: Evidences | None,
    location: Location | None = None,
    commands: Commands | None = None,
) -> Finding:
    return Finding(
        status=status,
        message=message,
        object=object,
        hint=hint,
        evidence=dict(evidence or {}),
        location=location,
        commands=commands,
    )
