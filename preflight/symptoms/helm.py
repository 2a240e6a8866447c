"""What Helm and the API server say to CluedIn's charts and values (charts.md 1, 3 and 5)."""

from preflight.symptoms.symptom import Symptom

HELM = (
    Symptom(
        id="passwords-error",
        said_by="Helm",
        pattern=r"PASSWORDS ERROR",
        cause="RabbitMQ's password is not in the values and the Secret cluedin-rabbitmq is not in the cluster: the "
        "chart does not upgrade without one of them",
        check="rabbitmq-migration",
        cure="let the driver write the Secret before the upgrade, in three steps, or put the password back",
    ),
    Symptom(
        id="invalid-ownership",
        said_by="Helm",
        pattern=r"(Secret \\?\"(?P<name>[^\"\\]{1,253})\\?\" in namespace .{0,100})?exists and cannot be imported into "
        r"the current release|invalid ownership metadata",
        cause="the object exists, made by somebody else, and the chart wants to make it too: two owners",
        check="installer-secrets",
        cure="for a Secret set the value that makes the chart leave it out; delete nothing that a pod still reads",
    ),
    Symptom(
        id="classes-missing",
        said_by="Helm",
        pattern=r"wrong type for value; expected map\[string\]interface ?\{\}; got interface ?\{\}",
        cause="frontendCrt is set without secretProviderClasses: charts from 2.5.2 on do not render that",
        check="chart-support",
        cure="add at least one class under global.keyvault.secretProviderClasses",
    ),
    Symptom(
        id="volume-twice",
        said_by="the API server",
        pattern=r"volumes\[\d+\]\.name: Duplicate value: \\?\"(?P<name>[^\"\\]{1,253})",
        cause="the pod has two volumes of one name; where it is azure-keyvault-secrets, charts from 2.5.2 on mount the "
        "class by themselves, and the values do too",
        check="mount-clash",
        cure="remove your own volume and mount of the class from the values",
    ),
    Symptom(
        id="mount-path-twice",
        said_by="the API server",
        pattern=r"volumeMounts\[\d+\]\.mountPath: Invalid value: \\?\"(?P<name>[^\"\\]{1,253})\\?\": must be unique",
        cause="a container mounts two volumes at one path: these charts mount the class by themselves, and the values "
        "do too",
        check="mount-clash",
        cure="remove your own volume and mount of the class from the values",
    ),
    Symptom(
        id="volume-lost",
        said_by="the API server",
        pattern=r"volumeMounts\[\d+\]\.name: Not found: \\?\"(?P<name>[^\"\\]{1,253})",
        cause="a container mounts a volume that is not there: a list in the values replaced the chart's own list",
        check="mount-clash",
        cure="repeat the chart's own entries in your extraVolumes list",
    ),
    Symptom(
        id="class-name-illegal",
        said_by="the API server",
        pattern=r"SecretProviderClass\S{0,100} \S{0,300} is invalid: metadata\.name|RFC 1123 subdomain must consist of "
        r"lower case",
        cause="a name has capitals, underscores or other characters that Kubernetes does not allow",
        check="akv-naming",
        cure="use small letters, digits, hyphens and dots in the class key and in secretName",
    ),
    Symptom(
        id="name-read-as-number",
        said_by="the API server",
        pattern=r"objectName .{0,20}in body must be of type string|objectName: Invalid value: .{0,200}must be of type "
        r"string",
        cause="an object's name in secretKeys is read as a number or a boolean, and the charts write it unquoted",
        check="keyvault-values",
        cure="rename the vault object so that it begins with a letter and is no true, false, yes or no",
    ),
    Symptom(
        id="secret-type-changed",
        said_by="the API server",
        pattern=r"Secret \S{0,300} is invalid: type: Invalid value: .{0,200}field is immutable",
        cause="a Secret of this name exists with another type, and a type cannot be changed",
        check="installer-secrets",
        cure="keep a copy, delete the Secret, and restart the pod that mounts the class",
    ),
    Symptom(
        id="job-immutable",
        said_by="the API server",
        pattern=r"Job\.batch \S{0,300} is invalid: spec\.template: Invalid value",
        cause="an init Job of the release before is still there, and Jobs cannot be changed; a hook removes them, so "
        "hooks were switched off",
        check=None,
        cure="upgrade with hooks, or delete the finished init Jobs first",
    ),
)
