"""Makes the roles' groups and gives them what they need in Wagtail; it takes nothing away."""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import Q

from people.roles import Role

# On the root page. Clinicians edit what they own; only editors and reviewers publish.
PAGE_PERMISSIONS = {
    Role.CLINICIAN: ("add",),
    Role.REVIEWER: ("change", "publish", "lock", "unlock"),
    Role.EDITOR: ("add", "change", "publish", "lock", "unlock"),
    Role.ADMINISTRATOR: ("add", "change", "publish", "lock", "unlock", "bulk_delete"),
}
# On the root collection, by app label and codename.
COLLECTION_PERMISSIONS = {
    Role.CLINICIAN: (
        "wagtailimages.add_image",
        "wagtailimages.choose_image",
        "wagtailmedia.add_media",
    ),
    Role.REVIEWER: ("wagtailimages.choose_image",),
    Role.EDITOR: (
        "wagtailimages.add_image",
        "wagtailimages.change_image",
        "wagtailimages.choose_image",
        "wagtailmedia.add_media",
        "wagtailmedia.change_media",
        "wagtaildocs.add_document",
        "wagtaildocs.change_document",
        "wagtaildocs.choose_document",
    ),
    Role.ADMINISTRATOR: (
        "wagtailimages.add_image",
        "wagtailimages.change_image",
        "wagtailimages.delete_image",
        "wagtailimages.choose_image",
        "wagtailmedia.add_media",
        "wagtailmedia.change_media",
        "wagtaildocs.add_document",
        "wagtaildocs.change_document",
        "wagtaildocs.delete_document",
        "wagtailmedia.delete_media",
        "wagtaildocs.choose_document",
    ),
}
# By app label and model name ("*" is every model), and the actions allowed there. A package that
# is not there, or a model without such a permission, is passed over.
MODEL_PERMISSIONS = {
    Role.CLINICIAN: (
        ("cms", "topic", ("view",)),
        ("cms", "patientconsent", ("view", "add")),
    ),
    Role.REVIEWER: (
        ("cms", "topic", ("view",)),
        ("cms", "patientconsent", ("view",)),
        ("cms", "claimphrase", ("view",)),
    ),
    Role.EDITOR: (
        ("cms", "topic", ("view", "add", "change", "delete")),
        ("cms", "patientconsent", ("view", "add", "change")),
        ("cms", "review", ("waive",)),
        ("cms", "claimphrase", ("view", "add", "change", "delete")),
        ("classroom", "questionnaire", ("view", "add", "change", "delete")),
        ("simple_translation", "translation", ("submit",)),
        ("redirects", "redirect", ("view", "add", "change", "delete")),
        ("searchpromotions", "searchpromotion", ("view", "add", "change", "delete")),
    ),
    Role.CONSULTANT: (
        ("leads", "leadlist", ("view",)),
        ("leads", "membership", ("view",)),
        ("leads", "lead", ("view", "change")),
        ("people", "person", ("view",)),
        ("people", "vouch", ("add",)),
    ),
    Role.MARKETING: (
        ("leads", "leadlist", ("view", "add", "change", "delete")),
        ("leads", "condition", ("view", "add", "change", "delete")),
        ("leads", "membership", ("view",)),
        ("leads", "export", ("view", "add")),
        ("leads", "peopleimport", ("view", "add")),
        ("leads", "suppressedcontact", ("view", "add", "delete")),
        ("leads", "lead", ("view", "change", "view_all", "assign")),
        ("leads", "assignmentrule", ("view", "add", "change", "delete")),
        ("leads", "label", ("view", "add", "change", "delete")),
        ("leads", "labelset", ("view", "add", "change", "delete")),
        ("leads", "webhookendpoint", ("view",)),
        ("people", "person", ("view",)),
        ("tracking", "ruleversion", ("view", "add")),
    ),
}
ADMINISTRATORS_APPS = (
    "people",
    "cms",
    "classroom",
    "tracking",
    "leads",
    "auth",
    "wagtailusers",
    "redirects",
    "searchpromotions",
    "simple_translation",
    "wagtailcore",
    "wagtailimages",
    "wagtaildocs",
    "wagtailmedia",
)
NEEDED_TABLES = {
    "auth_group_permissions",
    "wagtailcore_page",
    "wagtailcore_grouppagepermission",
    "wagtailcore_groupcollectionpermission",
}


def ensure_roles() -> None:
    """Make every role's group with its permissions; a second call changes nothing.

    Permissions given by hand stay. Before Wagtail's tables stand (a partial migrate) it waits for
    the next call.
    """
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    if not tables >= NEEDED_TABLES:
        return
    for app_config in apps.get_app_configs():
        create_permissions(app_config, verbosity=0)
    for role in Role:
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.add(*_model_permissions(role))
        _allow_pages(group, PAGE_PERMISSIONS.get(role, ()))
        _allow_collection(group, COLLECTION_PERMISSIONS.get(role, ()))


def _model_permissions(role: Role) -> list[Permission]:
    wanted = Q(content_type__app_label="wagtailadmin", codename="access_admin")
    if role is Role.ADMINISTRATOR:
        wanted |= Q(content_type__app_label__in=ADMINISTRATORS_APPS)
    for app_label, model, actions in MODEL_PERMISSIONS.get(role, ()):
        codenames = [f"{action}_{model}" for action in actions]
        wanted |= Q(content_type__app_label=app_label, codename__in=codenames)
    return list(Permission.objects.filter(wanted))


def _allow_pages(group: Group, kinds: tuple[str, ...]) -> None:
    from wagtail.models import GroupPagePermission, Page

    root = Page.objects.filter(depth=1).first()
    if root is None:
        return
    for kind in kinds:
        permission = Permission.objects.get(
            content_type__app_label="wagtailcore",
            content_type__model="page",
            codename=f"{kind}_page",
        )
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)


def _allow_collection(group: Group, names: tuple[str, ...]) -> None:
    from wagtail.models import Collection, GroupCollectionPermission

    root = Collection.objects.filter(depth=1).first()
    if root is None:
        return
    for name in names:
        app_label, codename = name.split(".")
        permission = Permission.objects.get(content_type__app_label=app_label, codename=codename)
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=root, permission=permission
        )
