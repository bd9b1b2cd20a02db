"""A case lives through whatever people may do to it, in any order, and what must hold holds."""
