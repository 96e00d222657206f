from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Charges, superbills and payers"

    def ready(self) -> None:
        from billing import desk_guards, guards, signing_step  # noqa: PLC0415 needs the app registry
        from billing.services import verifying  # noqa: PLC0415 needs the app registry

        guards.register_billing()
        desk_guards.register_desk()
        signing_step.register()
        verifying.register_checks()
