from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Charges, superbills and payers"

    def ready(self) -> None:
        from billing import (  # noqa: PLC0415 needs the app registry
            desk_guards,
            founding,
            guards,
            signing_step,
        )
        from billing.services import claims_fhir, verifying  # noqa: PLC0415 needs the app registry
        from clinic.founding import register_check  # noqa: PLC0415 needs the app registry
        from notes.exchange import fhir_more  # noqa: PLC0415 needs the app registry

        guards.register_billing()
        desk_guards.register_desk()
        signing_step.register()
        verifying.register_checks()
        fhir_more.register_source(claims_fhir.claims_of)
        register_check(founding.rules)
        register_check(founding.fees)
