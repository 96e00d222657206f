from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "notes"
    verbose_name = "Clinical record"

    def ready(self) -> None:
        from clinic import founding  # noqa: PLC0415 needs the app registry
        from notes import guards, guards_record, signing  # noqa: PLC0415 needs the app registry
        from notes.services import cosign_asking, verifying  # noqa: PLC0415 needs the app registry
        from notes.vocabulary import seed_vocabulary  # noqa: PLC0415 needs the app registry

        guards.register_notes()
        guards_record.register_record()
        verifying.register_checks()
        signing.register(cosign_asking.ask_when_signed)
        founding.register_start(seed_vocabulary)
