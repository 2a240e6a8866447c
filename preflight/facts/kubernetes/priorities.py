"""What decides who gives way to whom: priorities and disruption budgets."""

from preflight.facts.kubernetes.objects import LabelSelector, ObjectMeta, Trimmed


class PriorityClass(Trimmed, frozen=True, kw_only=True):
    """A priority class."""

    metadata: ObjectMeta
    value: int = 0
    global_default: bool = False
    preemption_policy: str | None = None


class PodDisruptionBudgetSpec(Trimmed, frozen=True, kw_only=True):
    """Whom the budget protects."""

    selector: LabelSelector | None = None


class PodDisruptionBudgetStatus(Trimmed, frozen=True, kw_only=True):
    """How many more may go; names that are on their way already."""

    disruptions_allowed: int = 0
    disrupted_pods: dict[str, str] = {}


class PodDisruptionBudget(Trimmed, frozen=True, kw_only=True):
    """A disruption budget."""

    metadata: ObjectMeta
    spec: PodDisruptionBudgetSpec = PodDisruptionBudgetSpec()
    status: PodDisruptionBudgetStatus = PodDisruptionBudgetStatus()
