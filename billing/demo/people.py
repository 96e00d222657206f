"""Invented people, payers and fees of the demo practices."""

from dataclasses import dataclass
from datetime import date

from clinic.enums import Network, Role

FIRST_NAMES = (
    "Marisol", "Theo", "Joan", "Ravi", "Lucía", "Ed", "Hanna", "Grace", "Peter", "Noor",
    "Ingrid", "Caleb", "Wanda", "Yusuf", "Beatriz", "Owen", "Adaeze", "Milo", "Sunniva", "Harvey",
    "Leila", "Gus", "Dorothea", "Kenji", "Pilar", "Amos", "Freya", "Tobias", "Zainab", "Clyde",
    "Anneke", "Rafael", "Odette", "Lloyd", "Simone", "Ezra", "Tamar", "Walter", "Imani", "Bram",
)  # fmt: skip
LAST_NAMES = (
    "Vega", "Brandt", "Whitaker", "Menon", "Ferrer", "Kowalczyk", "Satou", "Odum", "Vance",
    "Haddad", "Solberg", "Mercer", "Oblonsky", "Demir", "Quintana", "Fairweather", "Nwosu",
    "Lundgren", "Aasen", "Pruitt", "Farahani", "Halloran", "Winslow", "Mori", "Ibarra", "Tully",
    "Nygaard", "Reinholt", "Bello", "Sawyer", "de Wit", "Montoya", "Laurent", "Pickering",
    "Duval", "Abrams", "Peretz", "Kessler", "Okoro", "Visser",
)  # fmt: skip
STREETS = ("Harbor Street", "Spruce Lane", "Mill Road", "Chapel Hill", "Beacon Way", "Orchard Row")
ALERTS = {3: "Anticoagulant: no thrust", 11: "Latex allergy", 22: "Pacemaker: no e-stim"}


@dataclass(frozen=True, slots=True)
class Treater:
    first_name: str
    last_name: str
    credential: str
    discipline: str
    licence: str
    taxonomy: str
    email: str
    role: Role
    npi_start: str
    assistant_of: str = ""


TREATERS = (
    Treater("Maya", "Okafor", "PT, DPT", "PT", "PT4417", "225100000X",
            "maya@handline.example", Role.THERAPIST, "146789321"),
    Treater("Daniel", "Reyes", "PT", "PT", "PT3920", "2251X0800X",
            "daniel@handline.example", Role.THERAPIST, "157844120"),
    Treater("Priya", "Raman", "PTA", "PT", "PTA1108", "225200000X",
            "priya@handline.example", Role.ASSISTANT, "162233440", assistant_of="Okafor"),
    Treater("Hana", "Sato", "OTR/L", "OT", "OT2071", "225X00000X",
            "hana@handline.example", Role.THERAPIST, "171145230"),
    Treater("Jonas", "Lindqvist", "DC", "DC", "CH0876", "111N00000X",
            "jonas@handline.example", Role.THERAPIST, "183302950"),
    Treater("Marta", "Grant", "LMT", "MT", "MT5512", "225700000X",
            "marta@handline.example", Role.THERAPIST, "194410620"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoPayer:
    name: str
    preset: str
    payer_id: str
    network: Network


PAYERS = (
    DemoPayer("Medicare Part B", "medicare", "14112", Network.IN),
    DemoPayer("Northeast Health Plan", "commercial", "NEH01", Network.OUT),
    DemoPayer("Pine State Indemnity", "commercial-legacy-edits", "PSI77", Network.OUT),
    DemoPayer("United Harbor Choice", "uhc", "UHC03", Network.IN),
    DemoPayer("Granite Mutual", "aetna", "GRM60", Network.IN),
    DemoPayer("State Medicaid", "medicaid", "MEDST", Network.IN),
    DemoPayer("TRICARE East", "tricare", "TREST", Network.IN),
    DemoPayer("Dockside Workers' Compensation", "workers-comp", "DWC09", Network.IN),
)
RULES_FROM = date(2025, 1, 1)

# Cents for one unit.
FEES = {
    "97140": 6200, "97110": 6800, "97112": 7100, "97116": 6200, "97113": 7400, "97124": 5400,
    "97530": 7100, "97535": 7000, "97035": 3000, "97032": 3400, "97150": 4200, "97161": 16500,
    "97162": 16500, "97163": 16500, "97164": 11000, "97165": 16500, "97166": 16500, "97167": 16500,
    "97168": 11000, "98940": 5200, "98941": 6600, "98942": 8200, "98943": 5000, "98925": 6200,
    "98926": 7800, "97750": 7200, "97760": 8200, "97012": 3200, "G0283": 2600, "20560": 5500,
    "20561": 7500,
}  # fmt: skip
