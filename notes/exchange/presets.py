"""The headers that peers write, and our field for each. Spellings as they are published.

A preset's own spellings come first; what it does not know is looked for under every known
name, so that an unknown system often fits as well.
"""

import re
from collections.abc import Mapping, Sequence

from notes.enums import ImportKind

Aliases = Mapping[str, Sequence[str]]

LABELS = {"generic": "Another system", "handline": "Handline", "jane": "Jane",
          "cliniko": "Cliniko", "simplepractice": "SimplePractice", "intakeq": "IntakeQ",
          "webpt": "WebPT", "prompt": "Prompt", "chirotouch": "ChiroTouch",
          "synthea": "Synthea"}  # fmt: skip

# What is not published is guessed, from the names that a system uses on its screens; said on the
# page, so that somebody looks at the columns. WebPT publishes the tables of its Standard Extract
# one by one (appointments, authorizations), but not those of the exports that its screens offer.
GUESSED = {
    "webpt": "WebPT publishes its Standard Extract only: names of other exports are guessed",
    "prompt": "Prompt publishes no column names: these are guessed",
    "chirotouch": "ChiroTouch publishes no column names: these are guessed",
}

PATIENTS: dict[str, Aliases] = {
    "jane": {
        "source_id": ["Patient Number"], "first_name": ["First Name"], "last_name": ["Last Name"],
        "preferred_name": ["Preferred Name"], "born_on": ["Birth Date"], "sex": ["Sex"],
        "email": ["Email"], "phone": ["Mobile Phone"], "other_phone": ["Home Phone", "Work Phone"],
        "street": ["Street Address"], "city": ["City"], "state": ["Province"],
        "zip_code": ["Postal"], "alert": ["Medical Alert"],
        "contact_name": ["Emergency Contact Name"], "contact_phone": ["Emergency Contact Phone"],
        "contact_relationship": ["Emergency Contact Relationship"],
    },
    "cliniko": {
        "source_id": ["id", "old_reference_id"], "first_name": ["first_name"],
        "last_name": ["last_name"], "preferred_name": ["preferred_first_name"],
        "born_on": ["date_of_birth"], "sex": ["sex"], "email": ["email"],
        "phone": ["patient_phone_numbers"], "street": ["address_1"], "city": ["city"],
        "state": ["state"], "zip_code": ["post_code"], "contact_name": ["emergency_contact"],
    },
    "simplepractice": {
        "name": ["Client", "Client Name", "Full Name", "Name"],
        "first_name": ["First Name", "Firstname", "Given Name"],
        "last_name": ["Last Name", "Lastname", "Surname", "Family Name"],
        "born_on": ["Date of Birth", "DOB"], "email": ["Email"], "phone": ["Phone"],
        "street": ["Address", "Street"], "city": ["City"], "state": ["State"],
        "zip_code": ["Zip", "Postal"],
    },
    "intakeq": {
        "source_id": ["client id"], "first_name": ["First Name", "FirstName"],
        "last_name": ["Last Name", "LastName"], "born_on": ["Birth Date", "DateOfBirth"],
        "email": ["Email"], "phone": ["Phone", "MobilePhone"], "other_phone": ["HomePhone"],
        "street": ["StreetAddress"], "city": ["City"], "state": ["StateShort"],
        "zip_code": ["PostalCode"],
    },
    "webpt": {
        "source_id": ["patient_id", "Patient ID"], "first_name": ["First Name"],
        "last_name": ["Last Name"], "name": ["Patient Name"],
        "born_on": ["Date of Birth", "DOB", "Birth Date"], "sex": ["Gender"], "email": ["Email"],
        "phone": ["Primary Phone", "Phone"], "street": ["Address"], "city": ["City"],
        "state": ["State"], "zip_code": ["Postal Code", "Zip"],
    },
    "prompt": {
        "source_id": ["Account Number", "Account No.", "Account #"], "first_name": ["First Name"],
        "last_name": ["Last Name"], "name": ["Patient Name", "Patient"],
        "born_on": ["Date of Birth", "DOB"], "sex": ["Sex", "Gender"], "email": ["Email"],
        "phone": ["Phone", "Mobile Phone"], "street": ["Address"], "city": ["City"],
        "state": ["State"], "zip_code": ["Zip", "Zip Code"],
    },
    "chirotouch": {
        "source_id": ["Account Number", "Account", "Patient ID"], "first_name": ["First Name"],
        "last_name": ["Last Name"], "name": ["Patient Name"],
        "born_on": ["Birth Date", "Date of Birth", "DOB"], "sex": ["Sex", "Gender"],
        "email": ["Email", "E-mail"], "phone": ["Cell Phone", "Mobile Phone", "Home Phone"],
        "street": ["Address", "Street"], "city": ["City"], "state": ["State"],
        "zip_code": ["Zip", "Zip Code"],
    },
    "synthea": {
        "source_id": ["Id"], "first_name": ["FIRST"], "last_name": ["LAST"],
        "born_on": ["BIRTHDATE"], "sex": ["GENDER"], "street": ["ADDRESS"], "city": ["CITY"],
        "state": ["STATE"], "zip_code": ["ZIP"],
    },
    "handline": {
        name: [name] for name in (
            "source_id", "record_number", "first_name", "last_name", "preferred_name", "born_on",
            "sex", "email", "phone", "other_phone", "street", "city", "state", "zip_code", "alert",
        )
    },
    "generic": {
        "source_id": ["Patient ID", "PatientID", "Account", "Account Number", "Chart Number"],
        "record_number": ["MRN", "Record Number", "Medical Record Number"],
        "born_on": ["Birthdate", "Birthday"], "sex": ["Gender"], "phone": ["Cell", "Cell Phone"],
        "state": ["Region"], "zip_code": ["ZIP Code", "Postcode"],
    },
}  # fmt: skip
COVERAGES: dict[str, Aliases] = {
    "jane": {
        "source_id": ["Patient Number"], "name": ["Patient Name"], "payer": ["Insurer Name"],
        "member_id": ["Claim Number"], "group_number": ["Policy Number"],
        "ends_on": ["End Date"], "holder_name": ["Insured's Name"],
        "relationship": ["Insured's Relationship"],
    },
    "simplepractice": {
        "payer": ["Primary Insurance", "Insurance", "Payer"],
        "member_id": ["Insurance ID", "Member ID"],
    },
    "intakeq": {
        "source_id": ["client id"], "payer": ["PrimaryInsuranceCompany"],
        "member_id": ["PrimaryInsurancePolicyNumber"],
        "group_number": ["PrimaryInsuranceGroupNumber"],
        "holder_name": ["PrimaryInsuranceHolderName"],
        "relationship": ["PrimaryInsuranceRelationship"],
    },
    "webpt": {  # as in the Standard Extract's table of authorizations
        "source_id": ["patient_id"], "payer": ["ins_name"], "member_id": ["policy_number"],
        "group_number": ["group_number"],
    },
    "synthea": {
        "source_id": ["PATIENT"], "member_id": ["MEMBERID"], "payer": ["PAYER"],
        "starts_on": ["START_YEAR"], "ends_on": ["END_YEAR"], "relationship": ["OWNERSHIP"],
        "holder_name": ["OWNERNAME"],
    },
    "generic": {
        "source_id": ["Patient ID"], "record_number": ["MRN", "record_number"],
        "payer": ["payer", "Payer Name"], "member_id": ["member_id", "Subscriber ID", "Policy ID"],
        "group_number": ["group_number", "Group"], "starts_on": ["Start Date", "starts_on"],
        "ends_on": ["ends_on", "Term Date"],
    },
}  # fmt: skip
APPOINTMENTS: dict[str, Aliases] = {
    "jane": {
        "source_id": ["Patient Number"], "first_name": ["Patient First Name"],
        "last_name": ["Patient Last Name"], "starts_at": ["Appointment Start Date & Time"],
        "ends_at": ["Appointment End Date & Time"], "minutes": ["Treatment Duration"],
        "clinician": ["Staff Member Name"], "location": ["Location Name"], "status": ["Status"],
        "title": ["Treatment Name"],
    },
    "webpt": {  # the Standard Extract's table; its first name is misspelled where it is published
        "appointment_id": ["appointmnet_id", "appointment_id"], "source_id": ["patient_id"],
        "starts_at": ["start_date"], "ends_at": ["end_date"], "clinician": ["calendar_title"],
        "status": ["appointment_status"], "title": ["appointment_type"],
    },
    "synthea": {
        "source_id": ["PATIENT"], "starts_at": ["START"], "ends_at": ["STOP"],
        "title": ["DESCRIPTION"], "appointment_id": ["Id"],
    },
    "generic": {
        "source_id": ["Patient ID", "Account"], "record_number": ["MRN", "record_number"],
        "starts_at": ["Start", "Start Time", "Date & Time", "starts_at"],
        "ends_at": ["End", "End Time"], "minutes": ["Duration", "Minutes", "booked_minutes"],
        "clinician": ["Clinician", "Provider", "Therapist", "Practitioner"],
        "location": ["Location", "Clinic"], "status": ["Appointment Status"],
        "appointment_id": ["Appointment ID", "appointment_id"],
    },
}  # fmt: skip
OF_KIND: dict[str, dict[str, Aliases]] = {
    ImportKind.PATIENTS: PATIENTS,
    ImportKind.COVERAGES: COVERAGES,
    ImportKind.APPOINTMENTS: APPOINTMENTS,
}
# For coverages and appointments: who the row is about.
PERSON = {name: aliases for preset in PATIENTS.values() for name, aliases in preset.items()
          if name in ("first_name", "last_name", "name", "born_on")}  # fmt: skip


def fields_of(kind: str) -> list[str]:
    named = {name for preset in OF_KIND[kind].values() for name in preset}
    return sorted(named | ({*PERSON} if kind != ImportKind.PATIENTS else set()))


def fold_header(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def match_columns(kind: str, preset: str, header: Sequence[str]) -> dict[str, str]:
    """Our fields to the file's columns, as far as a name fits."""
    by_name = {fold_header(column): column for column in reversed(header)}
    presets = OF_KIND[kind]
    order = [preset, *(name for name in presets if name != preset)]
    found: dict[str, str] = {}
    for aliases in [*(presets.get(name, {}) for name in order), PERSON]:
        for name, spellings in aliases.items():
            hit = next((by_name[f] for s in spellings if (f := fold_header(s)) in by_name), None)
            if hit is not None and hit not in found.values():
                found.setdefault(name, hit)
    return found
