"""What readers find: words and topics in both languages, the best first, on either engine."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page, PageViewRestriction

from cms.models import TopicAlias
from cms.searching import answer_to, pages_in_order
from cms.services.topics import merge_topics
from cms.topic_names import topics_spelt_nearly
from tests.factories import content
from tests.factories.reviews import approve

pytestmark = pytest.mark.django_db


def titles(query: str, language: str = "en") -> list[str]:
    locale = Locale.objects.get(language_code=language)
    return [page.title for page in pages_in_order(answer_to(query, locale).page_ids)]


@pytest.fixture
def chinese():
    paragraph = "<p>根管治疗后，牙齿会比较脆，请不要咬硬物。X光片能看到牙根。</p>"
    content.article("zh-hans", title="补牙之后", body=[("paragraph", paragraph)])
    content.article("zh-hans", title="牙龈为什么出血", standfirst="刷牙时出血，多半是牙龈炎。")
    content.article("zh-hans", title="儿童涂氟", standfirst="三岁起，每半年一次。")
    bubble = {"speaker": "小满", "text": "智齿到底拔不拔？", "x": 4, "y": 3, "side": "left"}
    content.comic("zh-hans", title="单人间", bubbles=[bubble])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("根管治疗", ["补牙之后"]),
        ("管治", ["补牙之后"]),
        ("牙根", ["补牙之后"]),
        ("X光片", ["补牙之后"]),
        ("ｘ光", ["补牙之后"]),
        ("牙龈 出血", ["牙龈为什么出血"]),
        ("牙龈出血", []),
        ("氟", ["儿童涂氟"]),
        ("拔不拔", ["单人间"]),
        ("智齿", ["单人间"]),
        ("种植牙", []),
    ],
)
def test_chinese_words_are_found_wherever_they_stand(chinese, query, found):
    assert titles(query, "zh-hans") == found


def test_single_character_finds_every_page_that_holds_it(chinese):
    assert set(titles("牙", "zh-hans")) == {"补牙之后", "牙龈为什么出血"}


def test_languages_are_kept_apart(chinese):
    content.article(title="About X")
    assert titles("X光") == []


def test_title_outranks_text_and_the_exact_title_comes_first():
    words = [("paragraph", "<p>" + "Fluoride varnish. " * 30 + "</p>")]
    content.article(title="Teeth", body=words)
    content.article(title="Fluoride varnish for children and for grown people")
    content.article(title="Fluoride varnish")
    assert titles("fluoride varnish") == [
        "Fluoride varnish",
        "Fluoride varnish for children and for grown people",
        "Teeth",
    ]


def test_chinese_title_outranks_text():
    content.article("zh-hans", title="别的", body=[("paragraph", "<p>" + "涂氟。" * 40 + "</p>")])
    content.article("zh-hans", title="给孩子涂氟的三个时机")
    assert titles("涂氟", "zh-hans") == ["给孩子涂氟的三个时机", "别的"]


def test_reviewed_pages_come_before_equally_good_ones_from_elsewhere():
    content.article(title="Canker sores", slug="one", reviewed_here=False, source="MedQuAD")
    content.article(title="Canker sores", slug="two", standfirst="Ours.")
    content.article(title="Canker sores", slug="three", reviewed_here=False, source="MedQuAD")
    locale = Locale.get_default()
    pages = pages_in_order(answer_to("canker sores", locale).page_ids)
    assert [page.reviewed_here for page in pages] == [True, False, False]


def test_alias_finds_the_pages_of_its_topic_as_soon_as_it_is_given():
    decay = content.topic("Tooth decay", name_zh="龋齿")
    content.article(title="How a small hole grows", topics=[decay])
    content.article("zh-hans", title="一个小洞怎样变大", topics=[decay])
    assert titles("dental caries") == []
    TopicAlias.objects.create(topic=decay, name="Dental Caries")
    TopicAlias.objects.create(topic=decay, name="蛀牙")
    assert titles("dental  CARIES") == ["How a small hole grows"]
    assert titles("蛀牙", "zh-hans") == titles("龋齿", "zh-hans") == ["一个小洞怎样变大"]


def test_merged_topic_finds_the_pages_of_the_one_that_stands_for_it():
    gingivitis, gums = content.topic("Gingivitis"), content.topic("Gum disease")
    content.article(title="Why it bleeds", topics=[gums])
    content.article(title="Kept from before", topics=[gingivitis])
    merge_topics(topic=gingivitis, into=gums, actor="system")
    assert set(titles("gingivitis")) == {"Why it bleeds", "Kept from before"}


def test_part_of_a_query_may_be_an_alias():
    decay = content.topic("Tooth decay")
    TopicAlias.objects.create(topic=decay, name="caries")
    words = [("paragraph", "<p>For children from three.</p>")]
    content.article(title="A small hole", topics=[decay], body=words)
    content.article(title="Another hole", topics=[decay])
    assert titles("caries children") == ["A small hole"]


def test_drafts_and_private_pages_are_not_found():
    content.article(title="Draft molars", live=False)
    private = content.article(title="Private molars")
    PageViewRestriction.objects.create(
        page=Page.objects.get(pk=private.pk), restriction_type="login"
    )
    assert titles("molars") == []


def test_nothing_found_offers_topics_spelt_nearly():
    gums = content.topic("Periodontitis", name_zh="牙周炎")
    content.topic("Sunburn")
    TopicAlias.objects.create(topic=gums, name="牙周组织炎症")
    assert topics_spelt_nearly("periodontits") == [gums]
    assert topics_spelt_nearly("peridontitis treatment") == [gums]
    assert topics_spelt_nearly("牙周组织炎证") == [gums]
    assert topics_spelt_nearly("zzzz") == []


def test_published_edit_is_found_at_once():
    page = content.article("zh-hans", title="旧题目")
    page.title = "新的牙刷"
    page.body = json.dumps([{"type": "paragraph", "value": "<p>每三个月换一次。</p>"}])
    approve(page)
    page.save_revision().publish()
    assert titles("牙刷", "zh-hans") == ["新的牙刷"]
    assert titles("三个月", "zh-hans") == ["新的牙刷"]


def test_admin_finds_the_middle_of_a_chinese_title():
    page = content.article("zh-hans", title="牙龈为什么出血")
    assert [found.pk for found in Page.objects.autocomplete("为什么")] == [page.pk]


@pytest.mark.parametrize(
    "query",
    ["' OR 1=1 --", '"', "a" * 100, "*" * 50, "牙" * 100, "NEAR(a b)", "{title} : x", "%s %d"],
)
def test_hostile_query_is_only_words(query):
    content.article(title="Molars")
    assert titles(query) == []


def test_queries_do_not_grow_with_what_is_found():
    counts = []
    for _round in range(2):
        for _ in range(1 + 2 * len(counts)):
            content.article(
                title="Molars and more", topics=[content.topic(f"Molar {Page.objects.count()}")]
            )
        with CaptureQueriesContext(connection) as queries:
            pages_in_order(answer_to("molars", Locale.get_default()).page_ids)
        counts.append(len(queries))
    assert counts[0] == counts[1]
