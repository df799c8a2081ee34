"""Hands other packages what learning adds to them: branch pages, the admin, one's own page."""

from wagtail import hooks

from classroom import branch_classes  # noqa: F401  importing registers
from classroom.admin.certificates import CertificateViewSet
from classroom.learning_pages import learning_section
from people.registry import me_sections


@hooks.register("register_admin_viewset")
def register_certificates() -> CertificateViewSet:
    """Put the certificates into the admin's menu, for administrators."""
    return CertificateViewSet()


me_sections.append(learning_section)
