"""Who signs in, and who treats."""

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import Q

from clinic.enums import Discipline, Role, Theme
from clinic.errors import NotAllowed
from clinic.scope import ScopedModel
from clinic.validators import validate_npi


class UserQuerySet(models.QuerySet):
    def delete(self):
        raise NotAllowed("An account is closed, not deleted.")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractUser):
    """A person who signs in. One person belongs to one practice and has one role."""

    username = None
    email = models.EmailField("e-mail", unique=True)
    practice = models.ForeignKey("clinic.Practice", models.PROTECT, related_name="users")
    role = models.CharField(max_length=10, choices=Role)
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="clinic_user_role_known", condition=Q(role__in=Role.values))
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def delete(self, *args, **kwargs):
        raise NotAllowed("An account is closed, not deleted.")


class Clinician(ScopedModel):
    """A person who treats: discipline, credential, licence, identifiers."""

    user = models.OneToOneField(
        "clinic.User", models.PROTECT, null=True, blank=True, related_name="clinician"
    )
    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    credential = models.CharField(max_length=30, help_text="As printed after the name: PT, DPT")
    discipline = models.CharField(max_length=3, choices=Discipline)
    is_assistant = models.BooleanField(default=False)
    licence_number = models.CharField("license number", max_length=30)
    licence_state = models.CharField("license state", max_length=2)
    licence_ends_on = models.DateField("license ends on", null=True, blank=True)
    npi = models.CharField("NPI", max_length=10, blank=True, validators=[validate_npi])
    taxonomy = models.CharField("taxonomy code", max_length=10, blank=True)
    supervisor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    active = models.BooleanField(default=True)

    class Meta(ScopedModel.Meta):
        ordering = ["last_name", "first_name"]
        constraints = [
            models.CheckConstraint(
                name="clinic_assistant_has_supervisor",
                condition=Q(is_assistant=False) | Q(supervisor__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}, {self.credential}"

    @property
    def licence(self) -> str:
        return f"{self.licence_state} {self.licence_number}"
