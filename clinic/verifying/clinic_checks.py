"""The foundation's own checks, in their order."""

from clinic import verifying
from clinic.verifying import chain, documents, rows


def register_checks() -> None:
    verifying.register("guards", rows.check_guards)
    verifying.register("chain", chain.check)
    verifying.register("rows", rows.check)
    verifying.register("documents", documents.check)
    verifying.register("signatures", documents.check_signatures)
