from datetime import timedelta

from django.db import migrations, models

# What a token could do before it carried scopes: everything. It ends by itself within 90 days.
BEFORE = [
    "referrals:read",
    "referrals:write",
    "cases:read",
    "cases:write",
    "decisions:write",
    "identities:read",
    "statistics:read",
    "audit:read",
    "administration",
    "account",
]


def keep(apps, schema_editor):
    tokens = apps.get_model("accounts", "Token").objects.using(schema_editor.connection.alias)
    tokens.update(scopes=BEFORE)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_session")]

    operations = [
        migrations.AddField(
            "token",
            "scopes",
            models.JSONField(default=list, help_text="Codes of nrm.accounts.scopes."),
        ),
        migrations.AddField(
            "token",
            "last_used_at",
            models.DateTimeField(null=True, help_text="Within an hour."),
        ),
        migrations.RunPython(keep, migrations.RunPython.noop),
        migrations.AddConstraint(
            "token",
            models.CheckConstraint(
                condition=models.Q(
                    expires_at__lte=models.F("created_at") + timedelta(days=366)
                ),
                name="a_token_ends_within_a_year",
            ),
        ),
    ]
