"""Every golden document reads as it was looked at, and each line stands where it stood."""

import pytest

from tests.clinic.documents.golden import JOBS, golden
from tests.clinic.documents.layouts import KEPT, kept, lines_of, moved
from tests.clinic.documents.reading import need


@pytest.mark.parametrize("name", sorted(JOBS))
def test_document_reads_and_stands_as_it_was_looked_at(name, tmp_path):
    need("pdftotext")
    before, after = kept(name), lines_of(golden(name), tmp_path)

    assert [line[3] for line in after] == [line[3] for line in before]
    assert moved(before, after) == []


def test_every_golden_document_has_its_places_and_no_other():
    assert sorted(path.stem for path in KEPT.glob("*.txt")) == sorted(JOBS)


def test_moved_line_is_noticed():
    before = [(1, 40.0, 100.0, "Plan"), (1, 40.0, 112.0, "Continue")]

    assert moved(before, [before[0], (1, 40.0, 114.0, "Continue")]) == [
        "page 1, (40.0, 112.0) is now page 1, (40.0, 114.0): Continue"
    ]
    assert moved(before, [before[0], (1, 40.0, 113.0, "Continue")]) == []


HEADINGS = {
    "DIAGNOSES", "SUBJECTIVE", "TREATMENT", "OBJECTIVE", "UNITS AND MODIFIERS, WITH REASONS",
    "ASSESSMENT", "PLAN", "WHO TOOK PART", "PATIENT AND PLAN", "PROVIDER", "SERVICES",
    "Untimed services", "Minutes without a charge", "Findings, and how they were answered",
    "EXPECTED SERVICES", "ENCLOSED", "ADDENDUM 1", "GOALS", "TYPE OF TREATMENT",
    "PROGRESS SO FAR", "YOUR REQUEST", "OUR ANSWER", "IF YOU DISAGREE",
    "WHERE YOU MAY COMPLAIN", "WHY SKILLED CARE HAS TO GO ON",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(JOBS))
def test_no_heading_stands_alone_at_the_foot_of_a_page(name):
    lines = kept(name)
    foot = max(y for _, _, y, text in lines if text.startswith("Page "))

    lonely = [
        (page, text)
        for page, left, y, text in lines
        if text in HEADINGS
        and not any(
            p == page and (y + 4 < below < foot - 6 or (x > left + 60 and abs(below - y) < 4))
            for p, x, below, _ in lines
        )
    ]

    assert lonely == []


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("note-1", 1),
        ("note-4", 1),
        ("note-4-a4", 1),
        ("note-8", 2),
        ("note-dc", 1),
        ("note-59-by-region", 1),
        ("note-cosigned", 1),
        ("superbill-1", 1),
        ("superbill-12-a4", 1),
        ("plan-of-care", 1),
        ("progress-report", 1),
        ("amendment-letter", 1),
    ],
)
def test_usual_papers_take_few_pages(name, pages):
    assert max(page for page, *_ in kept(name)) == pages


@pytest.mark.parametrize("name", sorted(JOBS))
def test_nothing_is_cut_off_at_an_edge(name):
    """Every line starts and stays inside the margins of its paper."""
    width, height = (595, 842) if name.endswith("a4") else (612, 792)

    outside = [
        line
        for line in kept(name)
        if not (40 < line[1] < width - 40 and 15 < line[2] < height - 15)
    ]

    assert outside == []
