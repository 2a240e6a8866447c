"""What the caller may do."""

from preflight.facts.kubernetes.objects import Trimmed


class ResourceAttributes(Trimmed, frozen=True, kw_only=True):
    """A request somebody might make."""

    namespace: str = ""
    verb: str = ""
    group: str = ""
    resource: str = ""


class AccessReviewSpec(Trimmed, frozen=True, kw_only=True):
    """What was asked about."""

    resource_attributes: ResourceAttributes = ResourceAttributes()


class AccessReviewStatus(Trimmed, frozen=True, kw_only=True):
    """The API server's answer."""

    allowed: bool = False


class AccessReview(Trimmed, frozen=True, kw_only=True):
    """A SelfSubjectAccessReview: may the caller make this request."""

    spec: AccessReviewSpec = AccessReviewSpec()
    status: AccessReviewStatus = AccessReviewStatus()
