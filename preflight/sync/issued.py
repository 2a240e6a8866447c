"""Secrets that cert-manager writes, or would write: who asks it for them.

Source: cert-manager's documentation of Certificates (`spec.secretName`) and of annotated Ingresses: an issuer's name in
`cert-manager.io/issuer` or `cert-manager.io/cluster-issuer`, or `kubernetes.io/tls-acme: "true"`.
"""

from collections.abc import Iterator, Mapping

from preflight.facts import CertificateObjects, Ingress, Manifest, Missing
from preflight.facts.kubernetes import Annotations


def asks(annotations: Annotations) -> bool:
    """Tell whether an Ingress with these annotations asks cert-manager for its certificates.

    >>> asks(Annotations(issuer="ca")), asks(Annotations(tls_acme="false"))
    (True, False)
    """
    return bool(annotations.issuer or annotations.cluster_issuer) or annotations.tls_acme == "true"


def askers(
    namespace: str,
    *,
    certificates: CertificateObjects | Missing | None = None,
    ingresses: tuple[Ingress, ...] | Missing | None = None,
    manifest: Manifest | None = None,
) -> Mapping[str, tuple[str, ...]]:
    """Return who asks for each Secret of the namespace, as `Certificate ns/name`; what is planned has no namespace.

    Where cert-manager is known not to be there, an annotation asks nobody.
    """
    found: dict[str, dict[str, None]] = {}
    for secret, asker in _asked(namespace, certificates, ingresses, manifest or Manifest(source="files")):
        found.setdefault(secret, {})[asker] = None
    return {secret: tuple(names) for secret, names in found.items() if secret}


def _asked(
    namespace: str,
    certificates: CertificateObjects | Missing | None,
    ingresses: tuple[Ingress, ...] | Missing | None,
    manifest: Manifest,
) -> Iterator[tuple[str, str]]:
    yield from ((planned.secret_name, f"Certificate {planned.name}") for planned in manifest.certificates)
    for certificate in certificates.items if isinstance(certificates, CertificateObjects) else ():
        if certificate.metadata.namespace == namespace:
            yield certificate.spec.secret_name, f"Certificate {namespace}/{certificate.metadata.name}"
    if isinstance(certificates, CertificateObjects) and not certificates.served:
        return
    there = ingresses if isinstance(ingresses, tuple) else ()
    for ingress in (*(one for one in there if one.metadata.namespace == namespace), *manifest.ingresses):
        if asks(ingress.metadata.annotations):
            place = f"{ingress.metadata.namespace}/" if ingress.metadata.namespace else ""
            yield from ((tls.secret_name, f"Ingress {place}{ingress.metadata.name}") for tls in ingress.spec.tls)
