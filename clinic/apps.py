from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Practice, people and documents"

    def ready(self) -> None:
        from clinic import guards, sign_in  # noqa: PLC0415 needs the app registry

        guards.register_clinic()
        post_migrate.connect(guards.install_after_migrate, sender=self)
        sign_in.connect()
