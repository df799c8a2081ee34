"""The form of a piece in the admin: what stops it from being submitted is said at its fields."""

from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm

SUBMITS = ("action-submit", "action-restart-workflow")


class PieceForm(WagtailAdminPageForm):
    """Asks the checks when the piece is submitted or published; saving a draft asks nothing.

    A new piece begins with the clinician who writes it as its author, and needs no typed address.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and self.instance.author_id is None and self.for_user:
            from cms.authors import clinician_page_of

            own = clinician_page_of(self.for_user, self.instance.locale_id)
            self.initial["author"] = own and own.pk
        if "slug" in self.fields:
            # The editor's script empties it under a title that has no Latin letters.
            self.fields["slug"].required = False

    def clean_slug(self) -> str:
        """The address as typed, else the one the piece has, else one made of its title."""
        slug = self.cleaned_data["slug"] or self.instance.slug
        if slug or self.parent_page is None:
            return slug
        from cms.free_slugs import free_slug

        return free_slug(place=self.parent_page, title=self.cleaned_data.get("title", ""))

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        if self._asks_to("action-publish"):
            self._add_problems(publishing=True)
        elif any(self._asks_to(name) for name in SUBMITS) or self._approves():
            self._add_problems(publishing=False)
            if self._approves() and self._changed_words():
                self.add_error(
                    None,
                    _(
                        "You changed the words here, so somebody else has to approve them. Save your changes, or undo them and approve what you read."
                    ),
                )

    def _asks_to(self, name: str) -> bool:
        return bool(self.data.get(name))

    def _approves(self) -> bool:
        action = self.data.get("workflow-action-name")
        return self._asks_to("action-workflow-action") and action == "approve"

    def _changed_words(self) -> bool:
        from cms.words import content_hash

        latest = self.instance.get_latest_revision()
        return latest is not None and content_hash(self.instance) != content_hash(
            latest.as_object()
        )

    def _add_problems(self, *, publishing: bool) -> None:
        from cms import gate, submission

        problems: list[Any] = submission.blocking_problems_of(self.instance)
        # As one error a field: beside a stream field only the first would be shown.
        messages: dict[str | None, list[str]] = {}
        for problem in problems:
            field = problem.field if problem.field in self.fields else None
            messages.setdefault(field, []).append(problem.message)
        for field, texts in messages.items():
            self.add_error(field, " ".join(texts))
        if publishing and not problems and (refusal := gate.why_not_live(self.instance)):
            self.add_error(None, refusal)
