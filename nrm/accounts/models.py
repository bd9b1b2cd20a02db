"""Organisations, the people who work in them, and their roles."""

import uuid
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from nrm.accounts import scopes
from nrm.accounts.roles import OrganisationKind, Role
from nrm.context import SYSTEM
from nrm.profiles import load_profile
from nrm.profiles.shape import Choice

# The system acts under this id: sweeps, expiry, sealing. It can never sign in.
SYSTEM_ID = SYSTEM.id


class Organisation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=OrganisationKind)
    profile = models.CharField(_("profile"), max_length=30)
    region = models.CharField(_("region"), max_length=40, blank=True)
    authority_kind = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Which of the authorities of its profile it is; none of them, or not recorded.",
    )
    is_active = models.BooleanField(default=True)
    changed_by = models.ForeignKey(
        "User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(authority_kind="")
                | models.Q(kind=OrganisationKind.COMPETENT_AUTHORITY),
                name="only_an_authority_is_one_of_its_law",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def authorities(self) -> tuple[Choice, ...]:
        """Those of its law of which it can be one; none of an organisation of another kind."""
        if self.kind != OrganisationKind.COMPETENT_AUTHORITY:
            return ()
        return load_profile(self.profile).authorities

    @property
    def authority_label(self) -> str:
        """Which of the authorities of its law it is, in words; its code where that law has it no
        more."""
        codes = {choice.code: str(choice.label) for choice in self.authorities}
        return codes.get(self.authority_kind, self.authority_kind)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")

    def system(self) -> "User":
        """The system as an actor, with few rights of its own."""
        return self.get(pk=SYSTEM_ID)


class User(AbstractBaseUser):
    """Somebody who signs in. Django's superuser flag exists and gives nothing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=10, default="en")
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True, db_default=True)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Wrong codes in a row, and until when no further one is looked at.
    wrong_codes = models.PositiveSmallIntegerField(default=0, db_default=0)
    codes_wait_until = models.DateTimeField(null=True)
    groups = models.ManyToManyField(
        Group,
        through="Membership",
        related_name="user_set",
        related_query_name="user",
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()

    class Meta:
        ordering = ["display_name"]

    def __str__(self) -> str:
        return self.display_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether a backend grants the right on the object. No flag on the user grants anything."""
        from django.contrib.auth import get_backends

        if not self.is_active:
            return False
        return any(b.has_perm(self, perm, obj) for b in get_backends() if hasattr(b, "has_perm"))

    @cached_property
    def roles(self) -> frozenset[str]:
        """The role codes this user holds, in any organisation that is active."""
        return frozenset(held.role for held in self.role_groups)

    @cached_property
    def role_groups(self) -> list["RoleGroup"]:
        """The role groups of their memberships in active organisations, with the organisation, read
        once a request."""
        if not self.is_active:
            return []
        # Written out: every request asks it, and putting it together costs more than running it.
        names = [field.attname for field in Organisation._meta.concrete_fields]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT r.group_id, r.role, {', '.join(f'o.{name}' for name in names)}"
                " FROM accounts_membership m JOIN accounts_rolegroup r USING (group_id)"
                " JOIN accounts_organisation o ON o.id = r.organisation_id AND o.is_active"
                " WHERE m.user_id = %s ORDER BY m.id",
                [self.pk],
            )
            return [
                RoleGroup(
                    group_id=group,
                    role=role,
                    organisation=Organisation.from_db(connection.alias, names, columns),
                )
                for group, role, *columns in cursor.fetchall()
            ]

    @property
    def main_role_label(self) -> str:
        """The first of this user's roles, in words, for the head of each page."""
        labels = [held.get_role_display() for held in self.role_groups]
        return str(labels[0]) if labels else ""

    def organisations(self, *roles: str) -> list[Organisation]:
        """The organisations in which this user holds one of the roles."""
        return [held.organisation for held in self.role_groups if held.role in roles]


class RoleGroup(models.Model):
    """The group of everybody who holds one role in one organisation. Grants are made to it."""

    group = models.OneToOneField(
        Group, primary_key=True, on_delete=models.CASCADE, related_name="role_group"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="role_groups"
    )
    role = models.CharField(max_length=30, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "role"], name="one_group_a_role")
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.organisation}"

    @classmethod
    def of(cls, organisation: Organisation, role: str) -> Group:
        """The group of this role in this organisation, made when it is first needed."""
        found = cls.objects.select_related("group").filter(organisation=organisation, role=role)
        if row := found.first():
            return row.group
        group, _made = Group.objects.get_or_create(name=f"{role}:{organisation.id}")
        cls.objects.get_or_create(
            group=group, defaults={"organisation": organisation, "role": role}
        )
        return group


class Membership(models.Model):
    """One user in one role group. Ending a membership deletes the row; the event remains."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user} in {self.group.name}"

    @property
    def organisation(self) -> Organisation:
        return self.group.role_group.organisation

    @property
    def role(self) -> str:
        return self.group.role_group.role

    def get_role_display(self) -> str:
        return self.group.role_group.get_role_display()


class RoleRequest(models.Model):
    """What one administrator asked for: a role for somebody, and with it the account where they
    have none; without a role, that a closed organisation is opened, in which all roles give
    something again. It does nothing until another administrator has confirmed it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits to be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Who is to hold it; with an account that is to be opened, nobody before it is confirmed.
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(_("e-mail address"), blank=True, help_text="Of a new account alone.")
    display_name = models.CharField(_("name"), max_length=150, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(
        _("role"), max_length=30, choices=Role, blank=True, help_text="None: it is to be opened."
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | models.Q(decided_by__isnull=False)
                & (models.Q(user__isnull=False) | models.Q(role=""))
                & ~models.Q(decided_by=models.F("asked_by")),
                name="a_role_is_confirmed_by_another",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what}, {self.organisation}"

    @property
    def opens_account(self) -> bool:
        return bool(self.email)

    @property
    def opens_organisation(self) -> bool:
        return not self.role

    @property
    def what(self) -> str:
        """The role, or that it is to be opened, in words."""
        return str(_("Open it again") if self.opens_organisation else self.get_role_display())

    @property
    def name(self) -> str:
        """Of whom, or of which organisation, it is about."""
        if self.opens_organisation:
            return self.organisation.name
        return self.user.display_name if self.user else self.display_name

    @property
    def address(self) -> str:
        """The e-mail address of whom it is about."""
        return self.user.email if self.user else self.email


class Submission(models.Model):
    """That something was sent once with an Idempotency-Key, so that the same key is not taken for
    something else. Of what was sent nothing can be read here, nor tried out without the key of the
    server. Forgotten after 30 days."""

    key = models.UUIDField(primary_key=True)
    fingerprint = models.BinaryField(help_text="An HMAC of what was sent.")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["at"], name="submission_by_time")]

    def __str__(self) -> str:
        return f"Submission {self.key}"


class Token(models.Model):
    """A key with which a program signs in as its user, for some of what that user may do. Only
    its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(_("what it is for"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list, help_text="Codes of nrm.accounts.scopes.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="Within an hour.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    expires_at__lte=models.F("created_at") + timedelta(days=scopes.MOST_DAYS)
                ),
                name="a_token_ends_within_a_year",
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def scope_labels(self) -> list[str]:
        """What it may be used for, in words."""
        return [str(scopes.Scope(code).label) for code in scopes.ordered(self.scopes)]


class Session(models.Model):
    """One sitting of somebody at a browser. Only the SHA-256 of its key is kept, and of the browser
    a word or two."""

    class Ended(models.TextChoices):
        HIDDEN = "hidden", _("Screen hidden")
        BY_OWNER = "by_owner", _("Ended from another session")
        BY_ADMINISTRATOR = "by_administrator", _("Account closed")
        PASSWORD = "password", _("Password changed")
        FACTOR = "factor", _("Second factor changed")
        ROLE = "role", _("Role changed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    data = models.JSONField(default=dict)
    browser = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=20, choices=Ended, blank=True)

    class Meta:
        indexes = [models.Index(fields=["ends_at"], name="session_by_end")]

    def __str__(self) -> str:
        return f"Session of {self.user_id}"

    def is_live(self, *, at: datetime, idle_limit: timedelta) -> bool:
        """Whether it still gives anything: not ended, not idle too long, before its last moment."""
        return self.ended_at is None and at < self.ends_at and at - self.seen_at < idle_limit

    @property
    def is_its_owners(self) -> bool:
        """Whether what comes late in it is still its owner's. One that was ended by name, or with a
        password or a factor, is nobody's: who has its cookie may be a thief."""
        return self.ended in ("", self.Ended.HIDDEN, self.Ended.ROLE)


class Factor(models.Model):
    """A second factor of somebody's. Until it is confirmed by a first proof it counts for nothing.

    Of an app the secret is sealed under its owner's key, and the last step of which a code was used
    is kept, so that a code works once. Of a passkey there is nothing secret: its id and its public
    key in base64, and how often it says that it was used.
    """

    class Kind(models.TextChoices):
        APP = "app", _("Authenticator app")
        PASSKEY = "passkey", _("Passkey")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(_("name"), max_length=60, blank=True)
    secret = models.BinaryField(null=True)
    last_step = models.BigIntegerField(default=0)
    credential_id = models.CharField(max_length=1400, null=True, unique=True)  # noqa: DJ001
    public_key = models.TextField(blank=True)
    uses = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.user_id}"


class RecoveryCode(models.Model):
    """A code for when the app or the passkey is not at hand. It works once; only its SHA-256 is
    kept. One with an end was handed over by an administrator, and is good for setting up a new
    factor and for nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code")]

    def __str__(self) -> str:
        return f"Recovery code of {self.user_id}"


class Installation(models.Model):
    """What this database is. A row marked as demonstration is the only one demo sign-ins accept."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    demonstration = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_installation")]

    def __str__(self) -> str:
        return "Demonstration" if self.demonstration else "Installation"
