from django.db import migrations

# What is for good is not emptied either: the triggers of rows do not see TRUNCATE.
FOR_GOOD = "\n".join(
    f"CREATE TRIGGER for_good_as_a_table BEFORE TRUNCATE ON reporting_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION reporting_refuse();"
    for table in (
        "release",
        "spend",
        "approval",
        "releasefile",
        "snapshot",
        "snapshotrow",
        "frozentable",
    )
)


class Migration(migrations.Migration):
    dependencies = [("reporting", "0007_by_authority")]
    operations = [migrations.RunSQL(FOR_GOOD, migrations.RunSQL.noop)]
