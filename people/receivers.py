"""Hears what happens to logins and migrations; each receiver calls one service."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models.signals import m2m_changed, post_save, pre_save
from django.dispatch import receiver

from people.models import User
from people.services.roles import ensure_roles
from people.services.sessions import end_sessions
from people.services.staff_tokens import revoke_staff_tokens


def make_roles(sender, **kwargs) -> None:
    """Make groups and permissions once the tables stand."""
    ensure_roles()


@receiver(m2m_changed, sender=User.groups.through)
def end_access_of_changed_role(sender, instance, action, reverse, pk_set, **kwargs) -> None:
    """End sessions and tokens of whoever changed roles: what they may do was decided at sign-in."""
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    if not reverse:
        users = [instance]
    elif isinstance(instance, Group) and action == "pre_clear":
        users = list(instance.user_set.all())
    else:
        users = list(User.objects.filter(pk__in=pk_set or []))
    for user in users:
        _end_access(user)


@receiver(post_save, sender=User)
def end_access_of_disabled(sender, instance, created, **kwargs) -> None:
    """End sessions and tokens of a login that was switched off."""
    if not created and not instance.is_active:
        _end_access(instance)


@receiver(pre_save, sender=User)
def end_access_of_changed_superuser(sender, instance, update_fields, **kwargs) -> None:
    """End sessions and tokens of whoever became a superuser, or is none any more."""
    if instance.pk is None or (update_fields is not None and "is_superuser" not in update_fields):
        return
    before = User.objects.filter(pk=instance.pk).values_list("is_superuser", flat=True).first()
    if before is not None and before != instance.is_superuser:
        _end_access(instance)


def _end_access(user: User) -> None:
    with transaction.atomic():
        revoke_staff_tokens(user=user)
        if user.last_login is not None:
            end_sessions(user=user)
