"""A real Kubernetes control plane for tests: etcd, kube-apiserver and kube-scheduler on 127.0.0.1, and helm.

``build`` finds or builds the programs, ``cluster`` starts them, loads objects and reads the audit log.
"""
