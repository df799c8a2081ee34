"""The package's part of the API v1."""

from ninja import Router

router = Router()
