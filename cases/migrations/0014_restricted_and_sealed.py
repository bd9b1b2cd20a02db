from django.db import migrations, models

# Whoever writes a grant to a group on a restricted or sealed case: it is held, and counts once the
# case is open again.
HELD = """
CREATE FUNCTION cases_group_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.ends_at IS NULL OR NEW.ends_at > statement_timestamp()) AND EXISTS (
        SELECT FROM cases_case c WHERE c.id = NEW.content_object_id AND c.confidentiality <> 'normal'
    ) THEN
        NEW.held_since := statement_timestamp();
        NEW.held_end := NEW.ends_at;
        NEW.ends_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hold_group BEFORE INSERT OR UPDATE ON cases_casegroupgrant
    FOR EACH ROW EXECUTE FUNCTION cases_group_held();
"""
UNDO = "DROP FUNCTION cases_group_held() CASCADE;"


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_exclusions'),
    ]

    operations = [
        migrations.AddField(
            model_name='casegroupgrant',
            name='held_end',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='casegroupgrant',
            name='held_since',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(HELD, UNDO),
    ]
