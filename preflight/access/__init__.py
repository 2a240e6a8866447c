"""Who may read what in a vault, and from where, as pure functions on facts.

`effective` answers the question, with `roles`, `denials` and `policies` for the three kinds of rule and `actions`,
`scopes` and `principals` for what they compare; `view` is the table of `show access`. `identities` tells whose id an id
is, `mistakes` which grants miss, `operator` what the next step takes, `network` whether nodes reach the vault, and
`commands` how to cure it.
"""
