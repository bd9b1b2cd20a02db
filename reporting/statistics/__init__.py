"""Releases of statistics in the system: asked for, frozen, counted, attacked, approved by two
people and shown. What a release is, without a database, is in `reporting.releases`."""
