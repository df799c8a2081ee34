"""The page that a stopwatch is held to and what is stored of it, in a process of its own."""


def page_to_read() -> dict:
    """Make an article; its address."""
    from wagtail.models import Page

    from bench.pages import make_pages

    return {"address": Page.objects.get(pk=make_pages(1)).get_url()}


def readings() -> dict:
    """Fold everything; the active seconds of each reading that lasted, in their order."""
    from tracking.models import Reading
    from tracking.services.folding import fold_everything

    fold_everything()
    rows = Reading.objects.filter(active_s__gte=2).order_by("opened_at")
    return {"active_s": list(rows.values_list("active_s", flat=True))}
