"""Which governed phrases stand in a piece, and which of them a reviewer has let stand; reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from cms.claims.matching import Found, Phrase, matcher_of
from cms.models import ClaimOverride, ClaimPhrase, PiecePage
from cms.passages import Passage, passages_of
from cms.submission import Problem

#: A piece with more hits than this is not looked at further; its author has enough to do.
HITS_AT_MOST = 200
#: The titles of others' works are theirs. Quotations are looked at: praise by a patient is a claim.
LEAVE_OUT = frozenset({"references"})


@dataclass(frozen=True)
class ClaimHit:
    """A phrase in a passage of a piece; `override` is the reason for which it stands, or None."""

    phrase: ClaimPhrase
    passage: Passage
    found: Found
    override: ClaimOverride | None

    @property
    def key(self) -> str:
        """Names the hit in a form: the phrase and the sentence."""
        return f"{self.phrase.pk}-{self.found.sentence_hash}"

    @property
    def blocks(self) -> bool:
        """Whether it stops the piece."""
        return self.override is None and self.phrase.severity == ClaimPhrase.Severity.BLOCKING

    @property
    def sentence_parts(self) -> tuple[str, str, str]:
        """The sentence before the words, the words, and the sentence after them."""
        return self.found.sentence.partition(self.found.words)


def claims_in(piece: PiecePage) -> list[ClaimHit]:
    """The hits in a piece, which may be unsaved, in the order of its text; two queries.

    The same phrase in the same sentence counts once.
    """
    phrases = {
        phrase.phrase: phrase
        for phrase in ClaimPhrase.objects.filter(active=True)
        if phrase.applies_to in (ClaimPhrase.AppliesTo.BOTH, piece.kind)
    }
    matcher = matcher_of(
        tuple(Phrase(phrase.phrase, tuple(phrase.exception_list)) for phrase in phrases.values())
    )
    overrides = _overrides_of(piece)
    hits: dict[tuple[str, str], ClaimHit] = {}
    found_everywhere = (
        (passage, found)
        for passage in passages_of(piece, leave_out=LEAVE_OUT)
        for found in matcher.find(passage.text)
    )
    for passage, found in islice(found_everywhere, HITS_AT_MOST):
        key = (found.phrase, found.sentence_hash)
        hits.setdefault(key, ClaimHit(phrases[found.phrase], passage, found, overrides.get(key)))
    return list(hits.values())


def _overrides_of(piece: PiecePage) -> dict[tuple[str, str], ClaimOverride]:
    if not piece.pk:
        return {}
    rows = ClaimOverride.objects.filter(page_id=piece.pk).order_by("at", "pk")
    return {(row.phrase, row.sentence_hash): row for row in rows}


def unproven_claims(piece: PiecePage) -> Iterable[Problem]:
    """A piece promises nothing that medicine cannot; imported pieces are only pointed at."""
    for hit in claims_in(piece):
        if hit.override is None:
            yield Problem(
                field=hit.passage.field,
                place=hit.passage.place,
                code="claim",
                message=_("“%(words)s” in “%(sentence)s”: %(why)s")
                % {
                    "words": hit.found.words,
                    "sentence": hit.found.sentence,
                    "why": hit.phrase.reason,
                },
                blocking=hit.blocks and piece.reviewed_here,
            )
