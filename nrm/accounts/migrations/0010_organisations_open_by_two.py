from django.db import migrations, models
from django.db.models import F, Q

CONFIRMED = ~Q(state="confirmed") | (
    Q(decided_by__isnull=False)
    & (Q(user__isnull=False) | Q(role=""))
    & ~Q(decided_by=F("asked_by"))
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_role_request")]

    operations = [
        migrations.AlterField(
            model_name="rolerequest",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("first_responder", "First responder"),
                    ("responder_lead", "Responder lead"),
                    ("intake", "Intake"),
                    ("caseworker", "Caseworker"),
                    ("supervisor", "Supervisor"),
                    ("protection_provider", "Protection provider"),
                    ("prosecution_liaison", "Prosecution liaison"),
                    ("auditor", "Auditor"),
                    ("administrator", "Administrator"),
                ],
                help_text="None: it is to be opened.",
                max_length=30,
                verbose_name="role",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="rolerequest", name="a_role_is_confirmed_by_another"
        ),
        migrations.AddConstraint(
            model_name="rolerequest",
            constraint=models.CheckConstraint(
                condition=CONFIRMED, name="a_role_is_confirmed_by_another"
            ),
        ),
    ]
