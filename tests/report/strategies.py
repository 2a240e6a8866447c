"""Reports full of the worst text: what anybody who can name an object, or write a values file, could put into them."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from preflight.model import (
    Commands,
    FactState,
    Finding,
    Location,
    NodePicture,
    Outcome,
    Report,
    SecretPicture,
    Status,
    Target,
    Use,
    Views,
    Waived,
)
from tests.report.reports import AT, NASTY

# Whole reports are slow to make up and large, and nothing here asserts on time.
UNHURRIED = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

FRAGMENTS = st.sampled_from(
    [
        "##vso[task.complete]",
        "##[error]",
        "::error file=a::b",
        "::stop-commands::x",
        "\n",
        "\r",
        "\x1b[2J",
        "\x1b]8;;http://x\x07",
        "\x9b31m",
        "\u202e",
        "\u2066",
        "\u2028",
        "\x00",
        "\ufffe",
        "\ud800",
        "]]>",
        "<b onload='x'>",
        '"',
        "&",
        "|",
        "`",
        "\\",
        "%0A",
        " ",
        "node/a",
        "\u6f22",
        "e\u0301",
        "\U0001f600",
        NASTY,
    ]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(FRAGMENTS | st.text(max_size=5), max_size=8).map("".join))
EVIDENCE = st.dictionaries(
    TEXTS | st.sampled_from(["figure", "table"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=6,
    )
    | st.fixed_dictionaries(
        {
            "columns": st.lists(TEXTS, max_size=9),
            "rows": st.lists(st.lists(TEXTS | st.integers(), max_size=9), max_size=14),
            "status": st.lists(st.sampled_from(["fail", "pass", "skip", "odd"]), max_size=14),
        }
    ),
    max_size=4,
)
FINDINGS = st.builds(
    Finding,
    status=st.sampled_from(Status),
    message=TEXTS,
    object=st.none() | TEXTS,
    hint=st.none() | TEXTS,
    evidence=EVIDENCE,
    location=st.none() | st.builds(Location, file=TEXTS, line=st.integers(1, 10**6)),
    commands=st.none() | st.builds(Commands, bash=st.tuples(TEXTS), powershell=st.tuples(TEXTS)),
)
OUTCOMES = st.builds(
    Outcome,
    id=TEXTS | st.sampled_from(["max-pods-headroom", "addon-state"]),
    group=TEXTS | st.sampled_from(["capacity", "addon", "vault"]),
    title=TEXTS,
    pack=TEXTS,
    reads=st.tuples(TEXTS) | st.just(("nodes",)),
    findings=st.lists(FINDINGS, max_size=4).map(tuple),
    waived=st.lists(st.builds(Waived, finding=FINDINGS, reason=TEXTS, owner=TEXTS, until=TEXTS), max_size=2).map(tuple),
)
TARGETS = st.builds(
    Target,
    **{name: st.none() | TEXTS for name in ("context", "cluster", "vault", "namespace", "release", "chart_version")},
    nodes=st.none() | st.integers(0, 5000),
    values=st.lists(TEXTS, max_size=2).map(tuple),
    azure_account=st.none() | TEXTS,
)
REPORTS = st.builds(
    Report,
    tool_version=TEXTS,
    collected_at=st.just(AT) | TEXTS,
    stage=st.sampled_from(["enable", "deploy", "verify"]),
    stage_reason=TEXTS,
    target=TARGETS,
    outcomes=st.lists(OUTCOMES, max_size=4).map(tuple),
    facts=st.lists(
        st.builds(
            FactState,
            name=TEXTS | st.just("nodes"),
            right=TEXTS,
            state=st.sampled_from(["read", "refused", "failed", "not-yet"]),
            reason=TEXTS,
            ask=TEXTS,
        ),
        max_size=3,
    ).map(tuple),
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    sample=st.booleans(),
    partial=st.booleans(),
)

USES = st.builds(Use, before=st.integers(-9, 2**62), added=st.integers(0, 2**40), limit=st.integers(-1, 2**62))
VIEWS = st.builds(
    Views,
    nodes=st.none()
    | st.lists(
        st.builds(
            NodePicture,
            node=TEXTS,
            pool=TEXTS,
            status=st.sampled_from(Status),
            effect=TEXTS,
            slots=USES,
            cpu=USES,
            memory=USES,
            victims=st.tuples(TEXTS),
        ),
        max_size=3,
    ).map(tuple),
    secrets=st.none()
    | st.lists(
        st.builds(
            SecretPicture,
            secret=TEXTS,
            provider_class=TEXTS,
            objects=st.tuples(TEXTS),
            keys=st.tuples(TEXTS),
            mounted_by=st.tuples(TEXTS),
            read_by=st.tuples(TEXTS, TEXTS, TEXTS, TEXTS),
            broken=TEXTS,
        ),
        max_size=3,
    ).map(tuple),
)
