"""Import Medicare's relative values, for display."""

from collections.abc import Sequence

from billing.enums import EditionKind
from billing.management.edition_command import EditionCommand, only
from billing.models import EditEdition
from billing.services.editions import import_fees
from clinic.published_files import PublishedFile


class Command(EditionCommand):
    help = "Import a release of the relative value file (CSV or zip)."
    kind = EditionKind.FEES
    name = "import_rvu"

    def import_files(self, files: Sequence[PublishedFile], **options) -> EditEdition:
        return import_fees(only(files), **options)
