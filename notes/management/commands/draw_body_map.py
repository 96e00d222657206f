"""`draw_body_map`: write static/img/body-map.svg after a region or a shape changed."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from notes.body_map import drawing


class Command(BaseCommand):
    help = "Draw the tappable body into static/img/body-map.svg."
    requires_system_checks: list[str] = []

    def handle(self, **options):
        path = Path(settings.BASE_DIR) / "static" / "img" / "body-map.svg"
        path.write_text(drawing(), encoding="utf-8")
        self.stdout.write(f"{path.name}: {path.stat().st_size} bytes.")
