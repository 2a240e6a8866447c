"""secret-owner: one class for each Secret."""

from collections import defaultdict
from collections.abc import Iterator

from preflight import Finding, Missing, check, facts, fail, passed, warn
from preflight.sync.graph import Graph, PlannedClass
from preflight.sync.planned import graph_or_end, rests_on
from preflight.sync.values import location


@check("secret-owner", group="sync")
def secret_owner(
    values: facts.Values,
    header: facts.Header | None = None,
    manifest: facts.Manifest | None = None,
    release: facts.Release | Missing | None = None,
) -> Iterator[Finding]:
    """One class produces each Secret.

    When two classes name the same Secret, drivers up to 1.5 keep what the first made and say nothing; later drivers
    replace it each time, so its contents alternate. When one class fetches an object twice, both have the same file
    name and only one of them is there.

    Fix: keep the Secret in the class of the application that needs it, and remove it from the other.
    """
    graph = graph_or_end(values, manifest=manifest, release=release, header=header)
    if isinstance(graph, Finding):
        yield graph
        return
    found = [*_twice_made(graph), *(finding for planned in graph.classes for finding in _twice_fetched(planned))]
    yield from found
    if not found:
        secrets = sum(len(planned.secrets) for planned in graph.classes)
        yield passed(f"each of {secrets} Secrets comes from one class, {rests_on(graph)}")


def _twice_made(graph: Graph) -> Iterator[Finding]:
    makers: dict[str, list[PlannedClass]] = defaultdict(list)
    for planned_class in graph.classes:
        for secret in planned_class.secrets:
            if secret.name:
                makers[secret.name].append(planned_class)
    for name, classes in makers.items():
        if len(classes) > 1:
            names = [item.name for item in classes]
            last = next(secret for secret in reversed(classes[-1].secrets) if secret.name == name)
            where = f"{names[0]} twice" if len(set(names)) == 1 else " and ".join(dict.fromkeys(names))
            yield fail(
                f"{name} is made by {where}",
                f"secret/{name}",
                "keep it in one entry and remove the other",
                evidence={"classes": list(names)},
                location=location(last.setting),
            )


def _twice_fetched(planned_class: PlannedClass) -> Iterator[Finding]:
    seen: set[str] = set()
    for item in planned_class.objects:
        if item.file and item.file in seen:
            yield warn(
                f"{planned_class.name} fetches {item.name} twice, into the same file",
                f"secretproviderclass/{planned_class.name}",
                "give each key an object of its own",
                location=location(planned_class.setting),
            )
        seen.add(item.file)
