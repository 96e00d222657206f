from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "notes"
    verbose_name = "Clinical record"

    def ready(self) -> None:
        from notes import guards  # noqa: PLC0415 needs the app registry

        guards.register_notes()
