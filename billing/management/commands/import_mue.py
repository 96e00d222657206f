"""Import CMS's unit limits of one quarter."""

from collections.abc import Sequence

from billing.enums import EditionKind
from billing.management.edition_command import EditionCommand, only
from billing.models import EditEdition
from billing.services.editions import import_limits
from clinic.published_files import PublishedFile


class Command(EditionCommand):
    help = "Import a quarter's medically unlikely edits (CSV or zip)."
    kind = EditionKind.LIMITS
    name = "import_mue"

    def import_files(self, files: Sequence[PublishedFile], **options) -> EditEdition:
        return import_limits(only(files), **options)
