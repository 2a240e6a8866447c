"""What you yourself may do."""

from collections.abc import Iterator

from preflight import Commands, Finding, Missing, Stage, check, facts, fail, passed, skip, unknown, warn
from preflight.access.commands import hand_over
from preflight.access.effective import Evidence, reads_all
from preflight.access.identities import KnownIdentity, judged_identity
from preflight.access.operator import NAMESPACE_NEEDS, Judgement, azure_needs, judgements
from preflight.sync.values import keyvault, objects_needed


@check("operator-permissions", group="identity")
def operator_permissions(
    header: facts.Header,
    operator: facts.Operator | Missing | None = None,
    cluster: facts.ManagedCluster | None = None,
    vault: facts.Vault | Missing | None = None,
    values: facts.Values | None = None,
    identities: tuple[facts.ManagedIdentity, ...] | None = None,
    role_assignments: facts.RoleAssignments | None = None,
    role_definitions: tuple[facts.RoleDefinition, ...] | None = None,
    deny_assignments: tuple[facts.DenyAssignment, ...] | None = None,
    group_memberships: tuple[facts.GroupMembership, ...] | None = None,
    vault_secrets: tuple[facts.VaultObject, ...] | None = None,
    access_reviews: tuple[facts.AccessReview, ...] | Missing | None = None,
    *,
    required: bool = False,
) -> Iterator[Finding]:
    """You may do the next step.

    Enabling the add-on, granting access, uploading secrets and deploying take different rights, often of different
    people: a Contributor enables the add-on and cannot assign roles; an Owner assigns roles and cannot set a secret.
    Only what is still to be done counts.

    Fix: ask the person named to do that step, or to give you the right. With `--operator`, which says that you are the
    one who will do it all, a missing right is a failure.
    """
    stages = header.stages or (header.stage,)
    block = keyvault(values) if values else None
    names = tuple(needed.name for needed in objects_needed(block)) if block else ()
    identity = judged_identity(
        block.user_assigned_identity_id if block and block.enabled else None, cluster, identities
    )
    object_id = identity.ids.object_id if isinstance(identity, KnownIdentity) else None
    addon = cluster.keyvault_addon if cluster else None
    known = vault if isinstance(vault, facts.Vault) else None
    evidence = Evidence(
        vault=known,
        assignments=role_assignments,
        definitions=role_definitions,
        denials=deny_assignments,
        memberships=group_memberships,
    )
    needs = azure_needs(
        stages,
        known,
        enabled=addon is not None and addon.enabled,
        granted=object_id is not None and reads_all(object_id, names, evidence),
        uploaded=bool(names) and {name.lower() for name in names} <= {one.name.lower() for one in vault_secrets or ()},
    )
    if isinstance(operator, facts.Operator):
        judged = judgements(needs, operator, cluster, known, deny_assignments or ())
        name = f"operator/{operator.name or operator.object_id or 'you'}"
        cures = [hand_over(one.need, cluster, known, object_id) for one in judged]
        in_azure = [_in_azure(one, name, cure, required=required) for one, cure in zip(judged, cures, strict=True)]
    else:
        in_azure = [*_unread("in Azure", operator if needs else None)]
    if isinstance(vault, Missing) and vault.is_lost and {"enable", "deploy"} & set(stages):
        # What is to be done at a vault that could not be read is not nothing.
        in_azure.append(unknown(f"what is to be done at the vault, and whether you may, is open: {vault.reason}"))
    in_namespace = _in_namespace(stages, access_reviews, required=required)
    yield from [*in_azure, *in_namespace] or [skip("nothing is left to do that needs a right we can look at")]


def _in_azure(judged: Judgement, name: str, cure: Commands | None, *, required: bool) -> Finding:
    task, hint = judged.need.task, f"ask {judged.need.who} to do it"
    evidence = {"action": judged.need.action, "scope": judged.resource}
    if judged.allowed == "yes":
        return passed(f"you may {task}", name, evidence=evidence)
    if judged.allowed == "open":
        return unknown(f"whether you may {task} is open: {judged.why}", name, evidence=evidence)
    say = fail if required else warn
    return say(f"you may not {task}: {judged.why}", name, hint, evidence=evidence, commands=cure)


def _in_namespace(
    stages: tuple[Stage, ...], reviews: tuple[facts.AccessReview, ...] | Missing | None, *, required: bool
) -> Iterator[Finding]:
    """Judge the requests to the API server, one access review each."""
    needs = [need for need in NAMESPACE_NEEDS if need.stage in stages]
    if not isinstance(reviews, tuple):
        yield from _unread("in the namespace", reviews) if needs else ()
        return
    asked = [(review.spec.resource_attributes, review.status.allowed) for review in reviews]
    answers = {(request.verb, request.group, request.resource): may for request, may in asked}
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
        yield passed(f"you may make every request it takes in the namespace ({len(needs)} asked about)")


def _unread(where: str, missing: Missing | None) -> Iterator[Finding]:
    """What nobody looked at is skipped: files do not say what you may do. What was refused is unknown."""
    if missing is not None:
        say = unknown if missing.is_lost else skip
        yield say(f"what you may do {where} was not read: {missing.reason}")
