from django.db import migrations

from nrm.accounts.models import SYSTEM_ID


def make_system(apps, schema_editor):
    """The system as an actor: it has no password and can never sign in."""
    User = apps.get_model("accounts", "User")
    User.objects.using(schema_editor.connection.alias).update_or_create(
        id=SYSTEM_ID,
        defaults={"email": "system@nrm.invalid", "display_name": "The system", "password": "!"},
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(make_system, migrations.RunPython.noop)]
