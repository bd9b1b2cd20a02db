"""The one error of this package."""


class LocalError(Exception):
    """The embedded servers cannot be started or kept; the text is one sentence for a person."""
