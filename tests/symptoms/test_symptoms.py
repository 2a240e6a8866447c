"""Every row of the table against the words that are really printed, and nothing against words that are not there."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import CHECKS
from preflight.symptoms import SYMPTOMS, explain_symptom

MOUNT = (
    'MountVolume.SetUp failed for volume "azure-keyvault-secrets" : rpc error: code = Unknown desc = failed to mount '
    "secrets store objects for pod cluedin/cluedin-server-7d9c-x2x5v, err: rpc error: code = Unknown desc = failed to "
    "mount objects, error: "
)
GET = MOUNT + "failed to get objectType:secret, objectName:cluedin-email-host, objectVersion:: "
TOKEN = (
    GET + "azure.BearerAuthorizer#WithAuthorization: Failed to refresh the Token for request to "
    "https://kv-1.vault.azure.net/secrets/cluedin-email-host/?api-version=2016-10-01: StatusCode=400 -- Original "
    "Error: adal: Refresh request failed. Status Code = '400'. Response body: "
)
REST = (
    GET + "keyvault.BaseClient#GetSecret: Failure responding to request: StatusCode=403 -- Original Error: "
    'autorest/azure: Service returned an error. Status=403 Code="Forbidden" Message="'
)
REQUEST = GET + 'Get "https://kv-1.vault.azure.net/secrets/cluedin-email-host/?api-version=7.3"'
DEADLINE = "rpc error: code = DeadlineExceeded desc = context deadline exceeded"


def answer(status: str, code: str, message: str) -> str:
    """An error of the vault as the provider's present SDK prints it, over several lines."""
    rule = "-" * 80
    return (
        f"{GET}GET https://kv-1.vault.azure.net/secrets/cluedin-email-host/\n{rule}\nRESPONSE {status}\n"
        f'ERROR CODE: {code}\n{rule}\n{{\n  "error": {{\n    "code": "{code}",\n    "message": "{message}"\n  }}\n}}\n'
    )


WORDS = [
    ("identity-not-found", TOKEN + '{"error":"invalid_request","error_description":"Identity not found"}'),
    (
        "identity-not-found",
        GET + "ManagedIdentityCredential authentication failed. the requested identity isn't assigned to this resource",
    ),
    (
        "identity-ambiguous",
        TOKEN + '{"error":"invalid_request","error_description":"Multiple user assigned identities exist, please '
        'specify the clientId / resourceId of the identity in the token request"}',
    ),
    (
        "pod-identity-retired",
        MOUNT + "failed to get keyvault client: failed to get authorizer for keyvault client: nmi response failed with "
        "status code: 404, response body: getting assigned identities for pod cluedin/cluedin-server in CREATED state "
        "failed after 16 attempts",
    ),
    (
        "wrong-tenant",
        answer(
            "401 Unauthorized",
            "Unauthorized",
            "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/11111111-1111-1111-1111-111111111111/, "
            "found https://sts.windows.net/22222222-2222-2222-2222-222222222222/.",
        ),
    ),
    (
        "forbidden-by-rbac",
        REST + "Caller is not authorized to perform action on resource.\\r\\nIf role assignments, deny assignments or "
        "role definitions were changed recently, please observe propagation time.\\r\\nCaller: appid=1;oid=2\\r\\n"
        'DecisionReason: DeniedWithNoValidRBAC" InnerError={"code":"ForbiddenByRbac"}',
    ),
    (
        "forbidden-by-rbac",
        answer("403 Forbidden", "Forbidden", "Caller is not authorized to perform action on resource."),
    ),
    (
        "access-denied-by-policy-vault",
        REST
        + "The user, group or application 'appid=1;oid=2;iss=https://sts.windows.net/3/' does not have secrets get "
        'permission on key vault \'kv-1;location=westeurope\'." InnerError={"code":"AccessDenied"}',
    ),
    ("forbidden-by-policy", REST + 'Access denied" InnerError={"code":"ForbiddenByPolicy"}'),
    (
        "forbidden-by-firewall",
        REST + "Client address is not authorized and caller is not a trusted service.\\r\\nClient address: 20.1.2.3"
        '" InnerError={"code":"ForbiddenByFirewall"}',
    ),
    (
        "forbidden-by-connection",
        REST
        + "Public network access is disabled and request is not from a trusted service nor via an approved private "
        'link." InnerError={"code":"ForbiddenByConnection"}',
    ),
    (
        "vault-name-unresolved",
        GET + 'Get "https://kv-1.vault.azure.net/secrets/cluedin-email-host/?api-version=7.3": dial tcp: lookup '
        "kv-1.vault.azure.net on 168.63.129.16:53: no such host",
    ),
    ("secret-disabled", answer("403 Forbidden", "Forbidden", "Operation get is not allowed on a disabled secret.")),
    (
        "object-deleted-recoverable",
        (
            "(Conflict) Secret cluedin-email-host is currently in a deleted but recoverable state, and its name "
            "cannot be "
            "reused; in this state, the secret can only be recovered or purged."
        ),
    ),
    (
        "secret-not-in-vault",
        answer(
            "404 Not Found",
            "SecretNotFound",
            "A secret with (name/id) cluedin-email-host was not found in this key vault. If you recently deleted this "
            "secret you may be able to recover it using the correct recovery command.",
        ),
    ),
    (
        "vault-throttles",
        answer(
            "429 Too Many Requests",
            "Throttled",
            "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
        ),
    ),
    (
        "role-assignment-refused",
        (
            "(AuthorizationFailed) The client 'dana@sample.example' with object id '1' does not have authorization to "
            "perform action 'Microsoft.Authorization/roleAssignments/write' over scope '/subscriptions/1'"
        ),
    ),
    (
        "identity-assignment-refused",
        (
            "(LinkedAuthorizationFailed) The client '1' with object id '2' has permission to perform action "
            "'Microsoft.Compute/virtualMachineScaleSets/write'; however, it does not have permission on the linked "
            "scope"
        ),
    ),
    (
        "principal-not-replicated",
        (
            "(PrincipalNotFound) Principal 0f0f does not exist in the directory 1a1a. Check that you have the correct "
            "principal ID."
        ),
    ),
    (
        "addon-cannot-be-disabled",
        "(BadRequest) AzureKeyvaultSecretsProvider addon cannot be disabled due to more than 0 Secret Provider Classes",
    ),
    (
        "scope-locked",
        (
            "(ScopeLocked) The scope '/subscriptions/1/resourceGroups/rg' cannot perform write operation because "
            "following "
            "scope(s) are locked: '/subscriptions/1'. Please remove the lock and try again."
        ),
    ),
    (
        "no-identity-mode",
        MOUNT
        + "failed to create auth config, error: failed to get credentials, nodePublishSecretRef secret is not set",
    ),
    (
        "several-identity-modes",
        MOUNT + "only one identity mode can be enabled at a time: usePodIdentity, useVMManagedIdentity, or "
        "useAzureTokenProxy",
    ),
    ("tenant-missing", MOUNT + "tenantId is not provided"),
    ("vault-name-missing", MOUNT + "keyvaultName is not provided"),
    (
        "vault-name-illegal",
        MOUNT
        + 'failed to get vault: Invalid vault name: "https://kv-1.vault.azure.net/", must match [-a-zA-Z0-9]{3,24}',
    ),
    ("objects-missing", MOUNT + "objects is not set"),
    ("objects-missing", MOUNT + "failed to yaml unmarshal objects, error: yaml: line 2: did not find expected key"),
    (
        "cloud-name-illegal",
        MOUNT + "cloudName AzureCloud is not valid, error: autorest/azure: There is no cloud environment matching the "
        'name "AZURECLOUD"',
    ),
    ("object-type-illegal", MOUNT + "Invalid vaultObjectTypes. Should be secret, key, or cert"),
    ("object-encoding", MOUNT + "illegal base64 data at input byte 0"),
    ("certificate-content-type", GET + "failed to get certificate. unknown content type 'text/plain'"),
    ("certificate-chain-cycle", GET + "constructing chain resulted in cycle"),
    (
        "certificate-key-missing",
        (
            "failed to get data in spc cluedin/cluedin-frontend-crt-sync for secret cluedin-frontend-crt, err: "
            "failed to "
            "get cert data from file cluedin-pfx, err: unknown private key type found while getting key. Only rsa and "
            "ecdsa are supported"
        ),
    ),
    (
        "tls-keys",
        (
            "failed to get data in spc cluedin/a-sync for secret a, err: key 'crt' is not supported. Only 'tls.key' "
            "and "
            "'tls.crt' are supported"
        ),
    ),
    (
        "file-not-in-mount",
        (
            "failed to get data in spc cluedin/cluedin-server-sync for secret cluedin-email, err: file matching "
            "objectName "
            "Cluedin-Email-Host not found in the pod"
        ),
    ),
    (
        "secret-object-incomplete",
        "failed to validate secret object in spc cluedin/cluedin-server-sync, err: data is empty",
    ),
    (
        "class-not-found",
        (
            'MountVolume.SetUp failed for volume "a" : rpc error: code = Unknown desc = failed to get '
            "secretproviderclass "
            "cluedin/cluedin-ui-sync, error: secretproviderclasses.secrets-store.csi.x-k8s.io "
            '"cluedin-ui-sync" not found'
        ),
    ),
    ("volume-not-read-only", "rpc error: code = InvalidArgument desc = Readonly is not true in request"),
    (
        "provider-not-running",
        (
            "failed to mount secrets store objects for pod cluedin/a, err: error connecting to provider "
            '"azure": provider not found: provider "azure"'
        ),
    ),
    (
        "driver-not-registered",
        (
            'MountVolume.SetUp failed for volume "a" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: '
            "driver "
            "name secrets-store.csi.k8s.io not found in the list of registered CSI drivers"
        ),
    ),
    (
        "sync-not-allowed",
        (
            'secrets is forbidden: User "system:serviceaccount:kube-system:secrets-store-csi-driver" cannot create '
            'resource "secrets" in API group "" in the namespace "cluedin"'
        ),
    ),
    (
        "response-too-large",
        MOUNT
        + "rpc error: code = ResourceExhausted desc = grpc: received message larger than max (4198013 vs. 4194304)",
    ),
    ("host-port-taken", "failed to start metrics server: listen tcp :8898: bind: address already in use"),
    (
        "vault-out-of-reach",
        (
            'MountVolume.SetUp failed for volume "secrets-store-inline" : rpc error: code = DeadlineExceeded desc = '
            "context "
            "deadline exceeded"
        ),
    ),
    (
        "vault-out-of-reach",
        GET + "adal: Failed to execute the refresh request. Error = 'Post "
        "https://login.microsoftonline.com/1/oauth2/token?api-version=1.0: dial tcp: i/o timeout'",
    ),
    ("vault-out-of-reach", "context deadline exceeded"),
    ("vault-out-of-reach", MOUNT.partition("rpc error: code = Unknown desc = failed to mount objects")[0] + DEADLINE),
    ("vault-out-of-reach", f"{REQUEST}: net/http: TLS handshake timeout"),
    ("vault-out-of-reach", f"{REQUEST}: dial tcp 10.1.0.5:443: connect: connection refused"),
    ("vault-out-of-reach", f"{REQUEST}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)"),
    (
        "vault-out-of-reach",
        'Get "https://kv-1.vault.azure.cn/secrets/x/?api-version=7.4": dial tcp 10.0.0.5:443: i/o timeout',
    ),
    (
        "vault-out-of-reach",
        (
            'Post "https://login.microsoftonline.com/1/oauth2/v2.0/token": dial tcp: lookup login.microsoftonline.com '
            "on 10.0.0.10:53: no such host"
        ),
    ),
    ("vault-name-unresolved", f"{REQUEST}: dial tcp: lookup kv-1.vault.azure.net: i/o timeout"),
    (
        "vault-name-unresolved",
        (
            f"{REQUEST}: dial tcp: lookup kv-1.vault.azure.net on 10.0.0.10:53: read udp 10.1.0.4:41232->10.0.0.10:53: "
            "i/o timeout"
        ),
    ),
    (
        "secret-disabled",
        answer("403 Forbidden", "Forbidden", "Operation get is not allowed on a disabled certificate."),
    ),
    (
        "secret-not-in-vault",
        answer(
            "404 Not Found", "KeyNotFound", "A key with (name/id) cluedin-email-host was not found in this key vault."
        ),
    ),
    (
        "driver-cut-off",
        (
            "failed to list *v1.CSIDriver: Get "
            '"https://10.0.0.1:443/apis/storage.k8s.io/v1/csidrivers?fieldSelector=metadata.name%3Dsecrets-store.csi.'
            'k8s.io&limit=500&resourceVersion=0": dial tcp 10.0.0.1:443: i/o timeout'
        ),
    ),
    (
        "driver-cut-off",
        (
            'MountVolume.SetUp failed for volume "secrets-store01-inline" : rpc error: code = Unknown desc = failed to '
            "get secretproviderclass default/summary, error: Get "
            "https://10.0.0.1:443/apis/secrets-store.csi.x-k8s.io/v1alpha1/namespaces/default/secretproviderclasses/"
            "summary: write tcp 172.17.0.1:58904->172.17.168.1:443: write: broken pipe"
        ),
    ),
    (
        "csidriver-missing",
        (
            'MountVolume.SetUp failed for volume "azure-keyvault-secrets" : kubernetes.io/csi: '
            'mounter.SetUpAt failed to check volume lifecycle mode: volume mode "Ephemeral" not supported by driver '
            "secrets-store.csi.k8s.io (no CSIDriver object)"
        ),
    ),
    (
        "volume-on-virtual-node",
        "pod cluedin-server-1 requires volume azure-keyvault-sync which is of an unsupported type",
    ),
    (
        "passwords-error",
        (
            "Error: UPGRADE FAILED: execution error at "
            "(cluedin-platform/charts/infrastructure/charts/rabbitmq/templates/"
            "secrets.yaml:9:17): \nPASSWORDS ERROR: You must provide your current passwords when upgrading the "
            "release.\n"
        ),
    ),
    (
        "invalid-ownership",
        (
            'Error: UPGRADE FAILED: Unable to continue with update: Secret "cluedin-email" in namespace "cluedin" '
            "exists "
            "and cannot be imported into the current release: invalid ownership metadata; label validation error: "
            "missing "
            'key "app.kubernetes.io/managed-by": must be set to "Helm"'
        ),
    ),
    (
        "classes-missing",
        (
            "Error: template: cluedin-platform/templates/_csi-secrets.tpl:4:10: wrong type for value; expected "
            "map[string]interface {}; got interface {}"
        ),
    ),
    (
        "volume-twice",
        (
            'StatefulSet.apps "cluedin-neo4j" is invalid: spec.template.spec.volumes[3].name: Duplicate value: '
            '"azure-keyvault-secrets"'
        ),
    ),
    (
        "mount-path-twice",
        (
            'spec.template.spec.containers[0].volumeMounts[5].mountPath: Invalid value: "/mnt/secrets-sync": must be '
            "unique"
        ),
    ),
    (
        "volume-lost",
        (
            'StatefulSet.apps "cluedin-rabbitmq" is invalid: '
            "spec.template.spec.initContainers[0].volumeMounts[0].name: Not "
            'found: "extra-plugins"'
        ),
    ),
    (
        "class-name-illegal",
        (
            'SecretProviderClass.secrets-store.csi.x-k8s.io "Cluedin_Server-sync" is invalid: metadata.name: Invalid '
            "value: "
            '"Cluedin_Server-sync": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters'
        ),
    ),
    (
        "name-read-as-number",
        (
            'SecretProviderClass.secrets-store.csi.x-k8s.io "a-sync" is invalid: '
            "spec.secretObjects[0].data[0].objectName: "
            'Invalid value: "integer": spec.secretObjects[0].data[0].objectName in body must be of type string: '
            '"integer"'
        ),
    ),
    (
        "secret-type-changed",
        'Secret "cluedin-frontend-crt" is invalid: type: Invalid value: "kubernetes.io/tls": field is immutable',
    ),
    (
        "job-immutable",
        (
            'cannot patch "init-neo4j-job" with kind Job: Job.batch "init-neo4j-job" is invalid: spec.template: '
            "Invalid "
            "value: core.PodTemplateSpec{}: field is immutable"
        ),
    ),
    ("secret-key-missing", "Error: couldn't find key admin-password in Secret cluedin/cluedin-grafana"),
    (
        "secret-key-missing",
        'MountVolume.SetUp failed for volume "certs" : references non-existent secret key: tls.key',
    ),
    ("secret-missing", 'Error: secret "cluedin-email" not found'),
    ("secret-missing", 'MountVolume.SetUp failed for volume "load-definition" : secret "cluedin-rabbitmq" not found'),
    (
        "pull-secret-missing",
        "Unable to retrieve some image pull secrets (acr-registry-key); attempting to pull the image may not succeed.",
    ),
    (
        "image-refused",
        (
            'Failed to pull image "registry.example/cluedin/ui:2.6.0": failed to authorize: failed to fetch anonymous '
            "token: unexpected status: 401 Unauthorized"
        ),
    ),
    (
        "image-unknown",
        (
            'Failed to pull image "registry.example/cluedin/ui:9": rpc error: code = NotFound desc = failed to pull '
            "and "
            'unpack image: failed to resolve reference "registry.example/cluedin/ui:9": registry.example/cluedin/ui:9: '
            "not found"
        ),
    ),
    (
        "too-many-pods",
        (
            "0/7 nodes are available: 2 Too many pods, 5 node(s) had untolerated taint {pool: data}. preemption: 0/7 "
            "nodes "
            "are available: 2 No preemption victims found for incoming pod."
        ),
    ),
    ("out-of-pods", "Node didn't have enough resource: pods, requested: 1, used: 30, capacity: 30"),
    ("out-of-pods", "OutOfpods"),
    (
        "insufficient",
        "0/7 nodes are available: 1 Insufficient cpu, 6 node(s) didn't match Pod's node affinity/selector.",
    ),
    ("preempted", "Preempted by pod 6bd5 on node aks-general-0"),
    (
        "evicted",
        (
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. Container neo4j was "
            "using "
            "26Gi, request is 26Gi"
        ),
    ),
    ("ports-taken", "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."),
    (
        "taint-untolerated",
        "0/1 nodes are available: 1 node(s) had untolerated taint {kubernetes.cluedin.com/pool: data}.",
    ),
    ("selector-unmatched", "0/7 nodes are available: 7 node(s) didn't match Pod's node affinity/selector."),
    ("volume-elsewhere", "0/7 nodes are available: 7 node(s) had volume node affinity conflict."),
    ("volume-unbound", "0/7 nodes are available: pod has unbound immediate PersistentVolumeClaims."),
    (
        "mount-timed-out",
        (
            "Unable to attach or mount volumes: unmounted volumes=[azure-keyvault-secrets], unattached volumes=[data "
            "kube-api-access-c87ph]: timed out waiting for the condition"
        ),
    ),
]

CHECK_IDS = frozenset(check.id for check in CHECKS)


@pytest.mark.parametrize(("id", "text"), WORDS, ids=[f"{row}-{number}" for number, (row, _) in enumerate(WORDS)])
def test_real_words_are_understood(id: str, text: str) -> None:
    matches = explain_symptom(text)
    assert matches
    assert matches[0].symptom.id == id


def test_every_row_has_its_words_and_every_id_is_its_own() -> None:
    assert {symptom.id for symptom in SYMPTOMS} == {row for row, _ in WORDS}
    assert len({symptom.id for symptom in SYMPTOMS}) == len(SYMPTOMS)


@pytest.mark.parametrize("symptom", SYMPTOMS, ids=lambda symptom: symptom.id)
def test_a_row_names_a_check_of_ours_and_is_readable(symptom: object) -> None:
    row = next(item for item in SYMPTOMS if item == symptom)
    assert row.check is None or row.check in CHECK_IDS
    assert row.said_by
    assert 0 < len(row.cause) < 260
    assert 0 < len(row.cure) < 160
    assert "\n" not in row.cause + row.cure
    assert not re.search(r"(?<!\\)\.[*+]|\\S[*+]", row.pattern), "unbounded wildcards cost hostile text its square"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (dict(WORDS)["secret-not-in-vault"], "cluedin-email-host"),
        (dict(WORDS)["class-not-found"], "cluedin/cluedin-ui-sync"),
        ("couldn't find key admin-password in Secret cluedin/cluedin-grafana", "admin-password in Secret"),
        (dict(WORDS)["insufficient"], "cpu"),
        (dict(WORDS)["volume-lost"], "extra-plugins"),
        (dict(WORDS)["vault-name-unresolved"], "kv-1.vault.azure.net"),
        ("PASSWORDS ERROR", ""),
    ],
)
def test_what_the_text_names_is_given_back(text: str, named: str) -> None:
    assert explain_symptom(text)[0].named.startswith(named)


@pytest.mark.parametrize(("id", "text"), WORDS, ids=[f"{row}-{number}" for number, (row, _) in enumerate(WORDS)])
def test_words_are_found_as_people_paste_them(id: str, text: str) -> None:
    """From a log with its timestamps, broken by a terminal, in capitals, out of JSON, in the midst of other lines."""
    pasted = (
        f"E0115 08:58:00.123456       1 server.go:84] {text} pod=cluedin/x",
        text.replace(" ", "\n    "),
        text.upper(),
        f"I0115 all is well\n  Warning  FailedMount  3m (x12 over 30m)  kubelet  {text}\nI0115 all is well",
    )
    alone = text in ("context deadline exceeded", "OutOfpods")
    for one in pasted[1:3] if alone else pasted:
        assert id in [match.symptom.id for match in explain_symptom(one)], one
    if not text.startswith('"') and '\\"' not in text:
        escaped = [match.symptom.id for match in explain_symptom(text.replace('"', '\\"'))]
        assert id in escaped


@pytest.mark.parametrize("text", [text for row, text in WORDS if row == "wrong-tenant"])
def test_an_answer_of_the_vault_is_no_answer_of_a_registry(text: str) -> None:
    assert [match.symptom.id for match in explain_symptom(text)] == ["wrong-tenant"]


def test_case_and_line_breaks_do_not_matter() -> None:
    assert explain_symptom("MULTIPLE user\n   assigned identities  EXIST")[0].symptom.id == "identity-ambiguous"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the pods are stuck",
        "Back-off restarting failed container",
        "Liveness probe failed: HTTP probe failed with statuscode: 500",
        "Successfully assigned cluedin/cluedin-server to aks-general-0",
        (
            'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = DeadlineExceeded desc = context '
            "deadline "
            "exceeded"
        ),
        (
            'MountVolume.SetUp failed for volume "pvc-0c1d" : rpc error: code = DeadlineExceeded desc = context '
            "deadline exceeded"
        ),
        "connection refused",
        "dial tcp 10.0.0.1:443: i/o timeout",
        "Forbidden",
        "401 Unauthorized",
        "the server said AccessDenied",
        "preempted by a colleague",
        'configmap "cluedin-email" not found',
        'cannot patch "cluedin-email" with kind Job: timeout',
        "wrong type for value; expected string; got float64",
        "Error: UPGRADE FAILED: timed out waiting for the condition",
        "listen tcp :8080: bind: address already in use",
        "failed to get secretproviderclass cluedin/a-sync, error: Unauthorized",
        "not found",
    ],
)
def test_other_words_are_not_claimed_to_be_understood(text: str) -> None:
    assert explain_symptom(text) == ()


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert isinstance(explain_symptom(text), tuple)


@pytest.mark.subprocess
def test_it_imports_nothing_heavy() -> None:
    code = "import sys, preflight.symptoms; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"msgspec", "kubernetes", "azure", "yaml", "click", "preflight.facts"} & set(done.stdout.split())
