"""Published code lists that a claim draws from, as codes."""

# ruff: noqa: SIM905 - a list of two-letter codes reads better as words

STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH "
    "NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AA AE AP "
    "FM MH PW".split()
)
# CMS place-of-service code set.
PLACES = frozenset(
    "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 31 32 33 "
    "34 41 42 49 50 51 52 53 54 55 56 57 58 60 61 62 65 66 71 72 81 99".split()
)
# SBR09, claim filing indicator, in our own short words.
FILINGS = {
    "11": "Other program, not federal", "12": "PPO", "13": "Point of service", "14": "EPO",
    "15": "Indemnity", "16": "Medicare HMO", "17": "Dental HMO", "AM": "Auto insurance",
    "BL": "Blue Cross or Blue Shield", "CH": "TRICARE", "CI": "Commercial", "DS": "Disability",
    "FI": "Federal employees", "HM": "HMO", "LM": "Liability", "MA": "Medicare Part A",
    "MB": "Medicare Part B", "MC": "Medicaid", "OF": "Other federal program", "TV": "Title V",
    "VA": "Veterans Affairs", "WC": "Workers' compensation", "ZZ": "Agreed with the payer",
}  # fmt: skip
RELATIONSHIPS = frozenset("01 19 20 21 39 40 53 G8".split())
FREQUENCIES = frozenset("178")
GROUPS = ("CO", "PR", "OA", "PI", "CR")
MOST_DIAGNOSES = 12
MOST_LINES = 50
MOST_MODIFIERS = 4
MOST_POINTERS = 4
LONGEST_NUMBER = 20
MOST_CONDITIONS = 4
# Duplicate of the original bill, and the three levels of appeal.
COMPENSATION_CODES = frozenset({"W2", "W3", "W4", "W5"})
CMT_MEDICARE = frozenset({"98940", "98941", "98942"})
# What data may hold once it was folded: X12's basic set and what readers take beside it.
BASIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"&'()+,-./;?=#%@_$")
RESERVED = "*~:^"
