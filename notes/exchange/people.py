"""Who a row is about: by source id or record number, else last name, birthday and first initial.

Never by the name alone: a father and his son share it.
"""

from collections import defaultdict
from datetime import date

from clinic.folding import fold
from clinic.models import Patient


class People:
    """Everybody of the practice, read once, looked up without further queries."""

    def __init__(self) -> None:
        self.by_source: dict[str, Patient] = {}
        self.by_number: dict[str, Patient] = {}
        self._by_birthday: dict[tuple[str, date], list[Patient]] = defaultdict(list)
        for patient in Patient.objects.filter(merged_into=None):
            self.add(patient)

    def add(self, patient: Patient) -> None:
        if patient.source_id:
            self.by_source[patient.source_id] = patient
        self.by_number[patient.record_number] = patient
        self._by_birthday[fold(patient.last_name), patient.born_on].append(patient)

    def find(
        self,
        *,
        source_id: str = "",
        record_number: str = "",
        first_name: str = "",
        last_name: str = "",
        born_on: date | None = None,
    ) -> Patient | None:
        if source_id and source_id in self.by_source:
            return self.by_source[source_id]
        if record_number and record_number in self.by_number:
            return self.by_number[record_number]
        if source_id and source_id in self.by_number and not born_on:
            return self.by_number[source_id]
        if not (first_name and last_name and born_on):
            return None
        alike = self._by_birthday.get((fold(last_name), born_on), ())
        same = [p for p in alike if fold(p.first_name)[:1] == fold(first_name)[:1]]
        return same[0] if len(same) == 1 else None
