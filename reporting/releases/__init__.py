"""Releases of statistics: what is published of a period that has ended, and how it is made safe.

`tables` says which counts a release holds and counts them from coarse rows; `noise` adds noise to
each count; `rule` hides and rounds; `document` is the file that is published. Nothing here knows a
database, a request or a clock; `reporting.attacks` attacks what comes out.
"""
