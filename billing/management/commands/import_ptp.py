"""Import CMS's code pairs: Medicare's four parts of one quarter, or Medicaid's file."""

from collections.abc import Sequence

from billing.enums import EditionKind
from billing.management.edition_command import EditionCommand
from billing.models import EditEdition
from billing.services.editions import import_pairs
from clinic.published_files import PublishedFile


class Command(EditionCommand):
    help = (
        "Import a quarter's PTP edits (zip, text or workbook): Medicare's four parts, or "
        "Medicaid's file for practitioners or outpatient hospitals."
    )
    kind = EditionKind.PAIRS
    name = "import_ptp"

    def import_files(self, files: Sequence[PublishedFile], **options) -> EditEdition:
        return import_pairs(files, **options)
