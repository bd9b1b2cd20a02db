"""Attacks on releases of statistics, by somebody who knows every rule and has every release.

`programme` proves what a hidden count can be, by linear and integer programming; `tracker`,
`differencing` and `homogeneity` try what has worked against other statistics; `controls` are
releases that are weak on purpose, which have to be broken each time, or the attacks prove nothing;
`suite` runs them all and gives a verdict. `population` invents people to try on.
"""
