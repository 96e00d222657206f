"""Names inside the file that more than one module must agree on."""

SIGNATURE_FIELD = "Signature"
