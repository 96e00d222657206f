"""`anchor_audit`: keep the last seal of each audit chain where the database is not."""

from django.core.management.base import BaseCommand

from clinic.scope import every_practice
from clinic.services.audit_anchors import anchors_now, keep_anchors


class Command(BaseCommand):
    help = (
        "Append one line for each audit chain to HANDLINE_ANCHOR_FILE and mail it to "
        "HANDLINE_ANCHOR_MAIL, if set. Run it every night, by a timer. The lines hold no patient "
        "data; verify_records compares them with the trail."
    )

    def handle(self, **options) -> None:
        with every_practice("each practice has a chain of its own"):
            anchors = anchors_now()
        keep_anchors(anchors)
        for anchor in anchors:
            self.stdout.write(str(anchor))
