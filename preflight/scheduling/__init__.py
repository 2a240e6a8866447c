"""What kube-scheduler would do, as pure functions on facts.

The scheduler's own rules, bottom up; together they agree with its recorded answers and with the real binary:

    requests     what a pod asks for, what a node has          ports, selectors, taints, priority   the small rules
    room         what is on each node                          fit          does a pod fit, and what lacks
    preemption   whom it pushes out                            prediction   DaemonSets arriving in turn, in both orders

What follows from them for the add-on:

    addon        its two DaemonSets                            placement    every node with its verdict
    elsewhere    where those pushed out can go                 pools        new nodes, pools that can grow
    pressure     Neo4j and Elasticsearch (databases)           fresh        nodes that upgrades make, and addresses
    rollout      the planned release, waiting pods             cures        what would change the verdict
    wording      the same things said the same way             view         what show nodes gives
"""
