from billing.models.charges import ChargeLine, ChargeSet, Superbill
from billing.models.policies import Fee, PayerPolicy

__all__ = ["ChargeLine", "ChargeSet", "Fee", "PayerPolicy", "Superbill"]
