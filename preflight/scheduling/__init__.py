"""What kube-scheduler would do, as pure functions on facts."""
