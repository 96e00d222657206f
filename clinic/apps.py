from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Practice, people and documents"

    def ready(self) -> None:
        # They need the app registry; those that only hold checks register them.
        from clinic import (  # noqa: PLC0415 need the app registry
            audit_guards,
            guards,
            guards_practice,
            roles,  # noqa: F401 registers its check
            row_security,  # noqa: F401 as above
            sign_in,
            start_checks,  # noqa: F401 as above
        )
        from clinic.verifying import clinic_checks  # noqa: PLC0415 needs the app registry

        guards.register_clinic()
        audit_guards.register_audit()
        guards_practice.register_practice()
        clinic_checks.register_checks()
        pre_migrate.connect(guards.remove_before_migrate, sender=self)
        post_migrate.connect(guards.install_after_migrate, sender=self)
        sign_in.connect()
