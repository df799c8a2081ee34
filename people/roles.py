"""The names of the roles; the groups of these names are made after each migrate."""

from enum import StrEnum


class Role(StrEnum):
    """One group a role; a superuser is an administrator too."""

    CLINICIAN = "Clinicians"
    REVIEWER = "Medical reviewers"
    EDITOR = "Editors"
    CONSULTANT = "Consultants"
    MARKETING = "Marketing"
    ADMINISTRATOR = "Administrators"
