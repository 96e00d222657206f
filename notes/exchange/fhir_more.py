"""Resources that other apps add to a patient's bundle, such as the claims of billing.

Notes knows nothing of bills: whoever does registers a source at start-up, as with signing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from clinic.models import Patient

# Of these patients, read together: each one's resources, in a fixed order.
Source = Callable[[Sequence[Patient]], Mapping[int, Sequence[dict[str, Any]]]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def more_of(patients: Sequence[Patient]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {patient.pk: [] for patient in patients}
    for source in _sources:
        for key, resources in source(patients).items():
            found[key].extend(resources)
    return found
