"""The typed line's grammar."""

import pytest

from notes.models import BodyRegion, Technique
from notes.services.typed_line import Vocabulary, read_line
from tests.factories import technique_of


@pytest.fixture
def read(in_practice):
    technique_of("rest")
    words = Vocabulary(Technique.objects.all(), BodyRegion.objects.all())
    return lambda text: read_line(text, words)


@pytest.mark.parametrize(
    ("text", "minutes", "entry"),
    [
        ("10 min stm l upper trap gr iii pain 6->4", 10,
         ("soft_tissue_mobilization", ["upper_trapezius"], "left", "III", (6, 4), "")),
        ("8' mfr neck", 8, ("myofascial_release", ["cervical_spine"], "", "", (None, None), "")),
        ("12m gh mob rt grade 4 nprs 7>5", 12,
         ("joint_mobilization", ["shoulder"], "right", "IV", (7, 5), "")),
        ("15 te", 15, ("therapeutic_exercise", [], "", "", (None, None), "")),
        ("10 tpr bilat ql vas 6/4", 10,
         ("trigger_point_release", ["quadratus_lumborum"], "both", "", (6, 4), "")),
        ("nmr 9 min 6 to 4 cues", 9,
         ("neuromuscular_reeducation", [], "", "", (None, None), "6 to 4 cues")),
        ("5 min stm tmj l guarding less, softer", 5,
         ("soft_tissue_mobilization", ["tmj"], "left", "", (None, None), "guarding less, softer")),
        ("10 min balance 97112", 10, ("balance_training", [], "", "", (None, None), "")),
        ("10 min Soft-tissue mobilization lumbar spine", 10,
         ("soft_tissue_mobilization", ["lumbar_spine"], "", "", (None, None), "")),
        ("10 מוביליזציה stm neck 🙂", 10,
         ("soft_tissue_mobilization", ["cervical_spine"], "", "", (None, None), "מוביליזציה 🙂")),
    ],
)  # fmt: skip
def test_line_is_read(read, text, minutes, entry):
    reading = read(text)

    assert reading.minutes == minutes
    assert (
        reading.technique, reading.regions, reading.side, reading.grade, reading.pain, reading.rest,
    ) == entry  # fmt: skip
    assert reading.questions == []


@pytest.mark.parametrize(
    ("text", "about", "options"),
    [
        ("10 stm neck upper trap l", "regions",
         ["cervical_spine+upper_trapezius", "cervical_spine", "upper_trapezius"]),
        ("10 massage neck", "technique",
         ["massage_effleurage", "massage_petrissage", "massage_tapotement"]),
        ("10 97112", "technique", ["balance_training", "neuromuscular_reeducation"]),
        ("10 stm paraspinals b", "regions",
         ["cervical_paraspinals", "thoracic_paraspinals", "lumbar_paraspinals"]),
        ("10 stm ql", "side", ["left", "right", "both"]),
    ],
)  # fmt: skip
def test_doubt_is_asked_not_guessed(read, text, about, options):
    (question,) = read(text).questions

    assert question.about == about
    assert [key for key, _ in question.options] == options


def test_clock_times_are_read(read):
    assert read("9:05-9:17 stm neck").times == (545, 557)
    assert read("1:05 pm - 1:20 pm stm neck").times == (785, 800)


def test_code_that_does_not_fit_is_kept_in_the_words(read):
    reading = read("10 stm neck 97530")

    assert (reading.technique, reading.rest) == ("soft_tissue_mobilization", "97530")


def test_missing_parts_are_marked(read):
    chips = read("stm").chips

    assert [chip.text for chip in chips if chip.missing] == ["minutes", "region"]


@pytest.mark.parametrize("text", ["", "   ", "\0", "x" * 600, "<script>", "9:99-99:00", "0 min"])
def test_nonsense_is_no_error(read, text):
    assert read(text).technique == ""
