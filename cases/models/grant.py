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
        ]


class CaseGroupGrant(Grant, GroupObjectPermissionBase):
    content_object = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="group_grants")

    class Meta(GroupObjectPermissionBase.Meta):
        indexes = [
            models.Index(
                fields=["content_object", "group", "permission"], name="group_grant_by_case"
            ),
        ]
