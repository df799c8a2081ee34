"""What the packages above may want to know about content."""

from django.dispatch import Signal

# Sent inside the transaction that published pages in bulk, with `page_ids`, a list. A page that is
# published alone is told by Wagtail's own `page_published`.
pages_published = Signal()

# Sent inside the transaction that merged a topic or took a merge back, with `topic_ids`, a list.
topics_merged = Signal()
