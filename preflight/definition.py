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
        try:
            return _declared(function, id, group, tuple(stages), tuple(own_facts))
        except CheckDefinitionError as error:
            where = f"{function.__module__}.{function.__qualname__}"
            raise CheckDefinitionError(f"check {id!r} ({where}): {error}") from None

    return define


def _declared(function: Function, id: str, group: str, stages: tuple[Stage, ...], own_facts: tuple[Fact, ...]) -> Check:
    _refuse_bad_label(function, id, stages)
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    inputs = [parameter for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    options = [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    if len(inputs) + len(options) < len(parameters):
        raise CheckDefinitionError("its parameters are neither facts nor thresholds")
    known = {"header", *FACTS, *(fact.name for fact in own_facts)}
    for parameter in inputs:
        if parameter.name not in known:
            raise CheckDefinitionError(f"{parameter.name!r} is not a fact; the facts are {', '.join(sorted(known))}")
        if parameter.default not in (parameter.empty, None):
            raise CheckDefinitionError(f"fact {parameter.name!r} may only have the default None")
    if all(parameter.name == "header" for parameter in inputs):
        raise CheckDefinitionError("it takes no fact")
    for parameter in options:
        if parameter.default is parameter.empty:
            raise CheckDefinitionError(f"threshold {parameter.name!r} has no default")
    welcome = [parameter for parameter in inputs if parameter.default is None]
    return Check(
        id=id,
        group=group,
        stages=stages,
        function=function,
        needed=tuple(parameter.name for parameter in inputs if parameter not in welcome),
        welcome=tuple(parameter.name for parameter in welcome),
        told=frozenset(p.name for p in welcome if Missing in _alternatives(p.annotation)),
        thresholds={parameter.name: parameter.default for parameter in options},
        own_facts=own_facts,
    )


def _refuse_bad_label(function: Function, id: str, stages: tuple[Stage, ...]) -> None:
    if not id or not _ID_CHARACTERS.issuperset(id) or id != id.strip("-"):
        raise CheckDefinitionError("the id must be kebab-case: small letters, digits and hyphens")
    if not (function.__doc__ or "").strip():
        raise CheckDefinitionError("it has no docstring; the docstring is its manual")
    if not stages or not set(stages) <= set(STAGES):
        raise CheckDefinitionError(f"stages must be some of {', '.join(STAGES)}")


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
