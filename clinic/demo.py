"""The demo practice's sign-ins, shown on the sign-in page in demo mode only."""

from dataclasses import dataclass

from clinic.enums import Role

DEMO_PASSWORD = "hands-on-demo"  # noqa: S105 printed on the demo's sign-in page


@dataclass(frozen=True, slots=True)
class DemoLogin:
    email: str
    first_name: str
    last_name: str
    role: Role
    what: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


DEMO_LOGINS = (
    DemoLogin("maya@handline.example", "Maya", "Okafor", Role.THERAPIST, "Physical therapist"),
    DemoLogin("jonas@handline.example", "Jonas", "Lindqvist", Role.THERAPIST, "Chiropractor"),
    DemoLogin("priya@handline.example", "Priya", "Raman", Role.ASSISTANT, "PT assistant"),
    DemoLogin("ruth@handline.example", "Ruth", "Calder", Role.OFFICE, "Office manager"),
    DemoLogin("sam@handline.example", "Sam", "Whitlock", Role.ADMIN, "Admin"),
)
