"""What you yourself may do."""

from collections.abc import Iterator

from preflight import Finding, Missing, Stage, check, facts, fail, passed, skip, unknown, warn
from preflight.access.operator import NAMESPACE_NEEDS, allowed, azure_needs


@check("operator-permissions", group="identity")
def operator_permissions(
    header: facts.Header,
    operator: facts.Operator | Missing | None = None,
    cluster: facts.ManagedCluster | None = None,
    vault: facts.Vault | None = None,
    deny_assignments: tuple[facts.DenyAssignment, ...] | None = None,
    access_reviews: tuple[facts.AccessReview, ...] | Missing | None = None,
    *,
    required: bool = False,
) -> Iterator[Finding]:
    """You may do the next step.

    Enabling the add-on, granting access, uploading secrets and deploying take different rights, often of different
    people: a Contributor enables the add-on and cannot assign roles; an Owner assigns roles and cannot set a secret.

    Fix: ask the person named to do that step, or to give you the right. With `--operator`, which says that you are the
    one who will do it all, a missing right is a failure.
    """
    stages = header.stages or (header.stage,)
    findings = [
        *_in_azure(stages, operator, cluster, vault, deny_assignments or (), required=required),
        *_in_namespace(stages, access_reviews, required=required),
    ]
    yield from findings or [skip("nothing was read that the next step could need a right for")]


def _in_azure(
    stages: tuple[Stage, ...],
    operator: facts.Operator | Missing | None,
    cluster: facts.ManagedCluster | None,
    vault: facts.Vault | None,
    denials: tuple[facts.DenyAssignment, ...],
    *,
    required: bool,
) -> Iterator[Finding]:
    if not isinstance(operator, facts.Operator):
        yield from _unread("in Azure", operator)
        return
    name = f"operator/{operator.name or operator.object_id or 'you'}"
    where = {"cluster": cluster.id if cluster else None, "vault": vault.id if vault else None}
    for need in azure_needs(stages, vault):
        resource = where[need.at]
        if not resource:
            continue
        verdict, why = allowed(need, resource, operator, denials, vault)
        evidence = {"action": need.action, "scope": resource}
        if verdict == "yes":
            yield passed(f"you may {need.task}", name, evidence=evidence)
        elif verdict == "open":
            yield unknown(f"whether you may {need.task} is open: {why}", name, evidence=evidence)
        else:
            say = fail if required else warn
            yield say(f"you may not {need.task}: {why}", name, f"ask {need.who} to do it", evidence=evidence)


def _in_namespace(
    stages: tuple[Stage, ...], reviews: tuple[facts.AccessReview, ...] | Missing | None, *, required: bool
) -> Iterator[Finding]:
    """Judge the requests to the API server, one access review each."""
    needs = [need for need in NAMESPACE_NEEDS if need.stage in stages]
    if not isinstance(reviews, tuple):
        yield from _unread("in the namespace", reviews) if needs else ()
        return
    answers = {_key(review): review.status.allowed for review in reviews}
    for need in needs:
        request = f"{need.verb} {need.resource}"
        may = answers.get((need.verb, need.group, need.resource))
        if may is None:
            yield unknown(f"whether you may {request} in the namespace was not asked", f"request/{request}")
        elif not may:
            say = fail if required else warn
            hint = f"ask for the right to {request} in the namespace, or another person to deploy"
            yield say(f"you may not {request}: it is needed to {need.task}", f"request/{request}", hint)
    if needs and all(answers.get((need.verb, need.group, need.resource)) for need in needs):
        yield passed(f"you may do all {len(needs)} kinds of request that it takes in the namespace")


def _unread(where: str, missing: Missing | None) -> Iterator[Finding]:
    """What nobody looked at is skipped: files do not say what you may do. What was refused is unknown."""
    if missing is not None and missing.why in ("refused", "failed", "partial"):
        yield unknown(f"what you may do {where} was not read: {missing.reason}")
    elif missing is not None:
        yield skip(f"what you may do {where} was not looked at: {missing.reason}")


def _key(review: facts.AccessReview) -> tuple[str, str, str]:
    asked = review.spec.resource_attributes
    return asked.verb, asked.group, asked.resource
