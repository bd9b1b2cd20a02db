"""Grants: who stands how near to which case. One row a group or person and case, in guardian's
direct-foreign-key form, with the reason and, where it is temporary, an end."""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from cases.models.case import Case


class Grant(models.Model):
    reason = models.CharField(max_length=40, help_text="A code: why the grant was made.")
    granted_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class CaseUserGrant(Grant, UserObjectPermissionBase):
    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="user_grants")

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [
            models.Index(
                fields=["content_object", "user", "permission"], name="user_grant_by_case"
            ),
            # The few that come and go with the cover for an absence (cases.models.cover).
            models.Index(
                fields=["user"], condition=models.Q(reason="absence"), name="user_grant_of_cover"
            ),
        ]


class CaseGroupGrant(Grant, GroupObjectPermissionBase):
    """A grant to a group counts for a case that everybody of the group may see. While the case is
    restricted or sealed it is held: `ends_at` lies in the past, so that whoever reads grants needs
    to know no more, and `held_end` keeps the end that comes back. A trigger holds it whoever
    writes (migration 0014)."""

    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="group_grants")
    held_since = models.DateTimeField(null=True, blank=True)
    held_end = models.DateTimeField(null=True, blank=True)

    class Meta(GroupObjectPermissionBase.Meta):
        indexes = [
            models.Index(
                fields=["content_object", "group", "permission"], name="group_grant_by_case"
            ),
        ]
