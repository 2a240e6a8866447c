"""RabbitMQ's way from a password in the values to a synced one, in three steps (article.md, Issue 1).

The chart refuses an upgrade with neither a password in the values nor the Secret in the cluster ("PASSWORDS ERROR").
So the class is mounted first while the password stays (1), then the Secret is deleted and written anew by the driver
(2), and only then the password leaves the values (3). Between 1 and 3 other checks leave this Secret to the procedure.

What Helm 3.20.2 does to a Secret of the driver's, measured: one that its current release made it overwrites while it
goes on making it, and deletes once it does not, whoever wrote it last; one that is new to it stops the upgrade.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from preflight.facts import (
    Missing,
    PersistentVolumeClaim,
    Release,
    Secret,
    SecretProviderClasses,
    SecretProviderClassPodStatuses,
    Setting,
    Values,
)
from preflight.sync.existing import Owner, by_name, owner_of
from preflight.sync.values import Index, keyvault

SECRET = "cluedin-rabbitmq"  # noqa: S105 - a Secret's name
PASSWORD = "infrastructure.rabbitmq.auth.password"  # noqa: S105 - a path of the values
KEY = "rabbitmq-password"
POD = "cluedin-rabbitmq-0"
PART = "rabbitmq"
"""What the names of RabbitMQ's claims hold."""

State = Literal[
    "not synced",
    "fresh",
    "fresh with password",
    "left volume",
    "before 1",
    "not mounted",
    "mount not known",
    "after 1",
    "within 2",
    "after 2",
    "too early",
    "skipped",
    "foreign",
    "done",
]


class Step(NamedTuple):
    """What a state means: where the procedure stands and what proves it, what is next, what must not be done now."""

    reached: str
    next: str
    not_now: str = ""


PROCEDURE: Mapping[State, Step] = {
    "fresh": Step(f"a fresh installation: there is no release and no {SECRET}, so nothing to migrate", ""),
    "fresh with password": Step(
        "a fresh installation needs no password in the values: with one the chart makes the Secret beside the driver",
        f"leave {PASSWORD} empty",
    ),
    "left volume": Step(
        f"no fresh installation: there is no release and no {SECRET}, but a volume of an earlier RabbitMQ, which keeps "
        "the password it was first started with",
        "put that password into the vault before you install, or remove the volume with all that is queued on it",
    ),
    "before 1": Step(
        "step 1 of 3 is next: the values have the class and the password, and the class is not deployed yet",
        "put RabbitMQ's present password into the vault, then deploy these values",
        f"do not delete {SECRET} yet",
    ),
    "not mounted": Step(
        "step 1 of 3 is half done: the class is deployed, and no pod has it mounted",
        "mount the class in RabbitMQ's pod (infrastructure.rabbitmq.extraVolumes and extraVolumeMounts; charts from "
        "2.5.2 on do it by themselves) and see that the pod starts",
        f"do not delete {SECRET}: nobody would write it anew",
    ),
    "mount not known": Step(
        "step 1 of 3 is done or half done: the class is deployed, and whether a pod has it mounted was not read",
        "see whether RabbitMQ's pod is among those that have it mounted",
        f"do not delete {SECRET} before you know: nobody may be there to write it anew",
    ),
    "after 1": Step(
        "step 1 of 3 is done: the class is mounted, and the Secret is not the driver's yet",
        f"step 2: keep a copy of {SECRET}, delete it and restart RabbitMQ's pod; the driver writes it anew",
        "do not remove the password from the values yet",
    ),
    "within 2": Step(
        f"step 2 of 3 is half done: {SECRET} is deleted, and the driver has not written it anew",
        "restart RabbitMQ's pod; if it does not start, pods-start says why",
        "do not upgrade before the Secret is there: with the password Helm makes its own again, without it Helm stops",
    ),
    "after 2": Step(
        f"step 2 of 3 is done: the driver made {SECRET}, and the values still hold the password",
        f"step 3: leave {PASSWORD} empty and deploy; Helm then deletes the Secret once more, as its release made it: "
        "restart RabbitMQ's pod at once, so that the driver writes it anew",
        "do not deploy with the password: Helm writes its own over the driver's, or, where its release made none, "
        "stops with invalid ownership metadata",
    ),
    "too early": Step(
        f"the values hold no password and there is no {SECRET}: the next upgrade stops with PASSWORDS ERROR",
        f"restart RabbitMQ's pod, so that the driver writes {SECRET}, or put the password back into the values",
        "do not upgrade before the Secret is there",
    ),
    "skipped": Step(
        f"a step was skipped: the values hold no password any more, and {SECRET} is not the driver's yet",
        "put the password back and go through steps 1 and 2 first",
        f"do not deploy these values: Helm deletes its {SECRET} in that upgrade, and what RabbitMQ and its clients "
        "start with in between is open",
    ),
    "foreign": Step(
        f"the values hold no password, and {SECRET} is neither Helm's nor the driver's: somebody made it",
        f"step 2: once RabbitMQ's pod has the class mounted, keep a copy of {SECRET}, delete it and restart that pod",
        "do not upgrade between the deletion and the driver's writing it anew: Helm stops with PASSWORDS ERROR",
    ),
    "done": Step(f"migrated: the driver made {SECRET}, and the values hold no password", ""),
}
"""Every state that is one of the procedure."""

_LAST = Step(
    f"step 3 of 3 is next: the driver made {SECRET}, and the values hold no password; the deployed release made it "
    "before, so Helm deletes it once more in this upgrade",
    "deploy, and restart RabbitMQ's pod at once, so that the driver writes it anew",
    "run no second upgrade before it is there",
)
"""What `done` means while the deployed release still has the Secret in its manifest."""


def step_of(now: "Migration", release: Release | Missing | None) -> Step:
    """Return what the state means, given what the deployed release made."""
    made_before = isinstance(release, Release) and SECRET in release.secrets
    return _LAST if now.state == "done" and made_before else PROCEDURE[now.state]


@dataclass(frozen=True, kw_only=True)
class Migration:
    """Where the procedure stands.

    `owner` is who made the Secret, None where it is absent. `password` says that the values hold one, `setting` where;
    `class_name` is the class that makes the Secret, `object_name` the vault object of its password, `pod` the pod that
    has it mounted.
    """

    state: State
    owner: Owner | None
    password: bool
    class_name: str
    pod: str | None
    object_name: str | None = None
    setting: Setting | None = None

    @property
    def under_way(self) -> bool:
        """Whether the Secret is in other hands for a while, by intention; in step 1 Helm still makes its own."""
        begins = self.state == "before 1" and self.owner == "this release"
        return begins or self.state in ("not mounted", "mount not known", "after 1", "within 2", "after 2")


def migration(
    values: Values | Missing | None,
    secrets: Iterable[Secret],
    release: Release | Missing | None,
    classes: SecretProviderClasses | None,
    statuses: SecretProviderClassPodStatuses | None,
    namespace: str,
    claims: Iterable[PersistentVolumeClaim] = (),
) -> Migration:
    """Return the state, judged from what is planned, what is deployed, and who made the Secret that is there.

    `claims` tell whether a volume of an earlier installation was left. Without readable values the deployed class
    stands for the planned one, and the deployed release tells whether the chart makes the Secret, which it does when
    there is a password.
    """
    planned, object_name, password, setting = _plan(values)
    deployed = _making(classes, namespace)
    if not isinstance(values, Values):
        planned = deployed
        password = isinstance(release, Release) and SECRET in release.secrets
    existing = by_name(secrets, namespace).get(SECRET)
    owner = owner_of(existing, release) if existing else None
    pod = _mounting(statuses, deployed, namespace)
    found = isinstance(release, Release) and release.found
    state: State
    if planned is None:
        state = "not synced"
    elif not found and owner is None:
        left = any(PART in one.metadata.name and one.metadata.namespace in ("", namespace) for one in claims)
        state = "left volume" if left else "fresh with password" if password else "fresh"
    elif owner == "driver":
        state = "after 2" if password else "done"
    elif not password:
        state = "too early" if owner is None else "skipped" if owner == "this release" else "foreign"
    elif deployed is None:
        state = "before 1"
    elif owner is None:
        state = "within 2"
    else:
        state = "mount not known" if statuses is None else "not mounted" if pod is None else "after 1"
    return Migration(
        state=state,
        owner=owner,
        password=password,
        class_name=planned or deployed or f"{SECRET}-sync",
        pod=pod,
        object_name=object_name,
        setting=setting,
    )


def _plan(values: Values | Missing | None) -> tuple[str | None, str | None, bool, Setting | None]:
    """The planned class that makes the Secret, the vault object of its password, and whether the values hold one."""
    if not isinstance(values, Values):
        return None, None, False, None
    index = Index(values)
    block = keyvault(values, index)
    makes = [
        (planned.class_name, next((key.object_name for key in entry.keys if key.key == KEY), None))
        for planned in (block.classes if block and block.enabled else ())
        for entry in planned.entries
        if entry.name == SECRET
    ]
    class_name, object_name = makes[0] if makes else (None, None)
    setting = index.dotted(PASSWORD)
    return class_name, object_name, setting is not None and not setting.empty, setting


def _making(classes: SecretProviderClasses | None, namespace: str) -> str | None:
    made = (
        one.metadata.name
        for one in sorted(classes.items if classes else (), key=lambda one: one.metadata.name)
        if one.metadata.namespace in ("", namespace)
        and any(secret.secret_name == SECRET for secret in one.spec.secret_objects)
    )
    return next(made, None)


def _mounting(statuses: SecretProviderClassPodStatuses | None, deployed: str | None, namespace: str) -> str | None:
    pods = (
        record.status.pod_name
        for record in (statuses.items if statuses else ())
        if record.status.mounted
        and record.status.secret_provider_class_name == deployed
        and record.metadata.namespace in ("", namespace)
    )
    return min(pods, default=None)
