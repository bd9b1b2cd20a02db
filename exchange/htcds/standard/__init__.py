"""The Human Trafficking Case Data Standard (HTCDS) 2.0: read, written, and as answers of our form.

The standard is of the International Organization for Migration (IOM), under CC BY 4.0; what was
taken from it is in standard.json, which says so. IOM endorses neither this software nor anybody who
uses it.
"""
