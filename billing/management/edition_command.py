"""What the import commands of published tables share."""

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from billing.enums import EditionStatus, Program, Setting
from billing.importers.difference import in_words
from billing.models import EditEdition
from billing.services.editions import accept_edition, discard_edition
from clinic.errors import HandlineError
from clinic.published_files import PublishedFile, opened


class EditionCommand(BaseCommand):
    """Files in, a draft with its difference report out; a second call accepts the draft."""

    kind: str
    name: str

    @abstractmethod
    def import_files(self, files: Sequence[PublishedFile], **options) -> EditEdition:
        """Call the service of this kind of table."""

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="*", type=Path)
        parser.add_argument(
            "--attest-license",
            action="store_true",
            help="the clinic holds a CPT license or has accepted the terms CMS shows",
        )
        parser.add_argument(
            "--also",
            default="",
            help="further codes to keep, divided by commas",
            type=lambda text: [code.strip() for code in text.split(",") if code.strip()],
        )
        decide = parser.add_mutually_exclusive_group()
        decide.add_argument("--accept", metavar="EDITION", help="put a draft in force")
        decide.add_argument("--discard", metavar="EDITION", help="throw a draft away")
        parser.add_argument(
            "--setting",
            choices=Setting.values,
            default=Setting.PRACTITIONER,
            help="of the draft to accept or discard",
        )
        parser.add_argument(
            "--program",
            choices=Program.values,
            default=Program.MEDICARE,
            help="of the draft to accept or discard",
        )

    def handle(self, *args, **options) -> None:
        try:
            self._run(**options)
        except HandlineError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _run(self, *, files, accept, discard, attest_license, also, **options) -> None:
        if files and (accept or discard):
            raise CommandError("Import first, read the report, then accept in a second call.")
        if accept:
            edition = accept_edition(self._draft(accept, **options))
            self.stdout.write(f"{edition} is in force.")
        elif discard:
            discard_edition(self._draft(discard, **options))
            self.stdout.write(f"The draft {discard} is gone.")
        elif files:
            with ExitStack() as stack:
                published = [stack.enter_context(opened(path)) for path in files]
                edition = self.import_files(published, license_attested=attest_license, also=also)
            self._report(edition)
        else:
            raise CommandError("Give the files to import, or --accept EDITION.")

    def _draft(self, label: str, *, program: str, setting: str, **options) -> EditEdition:
        drafts = EditEdition.objects.filter(
            kind=self.kind,
            program=program,
            setting=setting,
            label=label,
            status=EditionStatus.DRAFT,
        )
        if not drafts:
            raise CommandError(f"There is no draft {label} for this setting.")
        return drafts.latest("pk")

    def _report(self, edition: EditEdition) -> None:
        self.stdout.write(
            f"{edition} ({edition.version}), from {edition.effective_from}: "
            f"{edition.rows_kept} of {edition.rows_total} rows have our codes."
        )
        self.stdout.write("\n".join(in_words(edition.difference)))
        self.stdout.write(
            f"It is a draft. To put it in force: manage.py {self.name} --accept {edition.label} "
            f"--setting {edition.setting}"
            + (f" --program {edition.program}" if edition.program != Program.MEDICARE else "")
        )


def only(files: Sequence[PublishedFile]) -> PublishedFile:
    if len(files) != 1:
        raise CommandError("Give one file.")
    return files[0]
