"""Values, SecretProviderClasses, mounts, Secrets and vault objects as one graph. Pure."""
