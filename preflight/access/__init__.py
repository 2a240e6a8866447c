"""Who may read what in a vault, as pure functions on facts.

`effective` answers the question, with `roles`, `denials` and `policies` for the three kinds of rule and `actions`,
`scopes` and `principals` for what they compare. `identities` tells whose id an id is, `commands` how a grant is made,
`view` the table of `show access`.
"""
