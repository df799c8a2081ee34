"""The one error of uploads; its words are for the person who uploads."""


class Refused(ValueError):
    """The file is not taken; `str()` says why, and what would be."""
