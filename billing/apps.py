from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Charges, superbills and payers"

    def ready(self) -> None:
        from billing import guards, signing_step  # noqa: PLC0415 needs the app registry

        guards.register_billing()
        signing_step.register()
