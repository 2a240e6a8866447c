"""Values, SecretProviderClasses, mounts and Secrets as one graph, as pure functions on facts."""
