"""Changes of a policy that change no answer, each with the reason why none can. They are counted
apart from what no test notices."""

_HIDDEN = "the policy of the grants hides from somebody what they were granted on such a case"
_OWN_SHELVES = (
    "the policy of cases_listedcase shows nobody a shelf that is not theirs, and whoever stands on"
    " one of these shelves is among those who are named"
)
_BOTH = "whoever sees a document may add one: the table of rights gives both to the same"
_TWICE = "whoever has no open account has no roles, and `_near` looks at the account as well"
_OWN_READING = "the policy of protection_addressreading shows nobody what another one has read"
_BY_SERVICE = (
    "the policy of protection_service shows to whoever does not plan the support the services that"
    " go on with a house of theirs, near whose case they stand, and who plans it reads the row too"
)
_SHELVES = (
    "(EXISTS ( SELECT FROM cases_listedcase",
    "((l.case_id = ",
    "(l.case_id = ",
    "(l.shelf = ",
)
_GOES_ON = ("(s.organisation_id = ", "((s.state)::text = ", "((s.until IS NULL)")
# Table, or what decides; the beginning of what was changed; and why it changes nothing.
SAME: tuple[tuple[str, str, str], ...] = (
    (
        "reporting_release",
        "update_auditor, using: without ((o.profile)",
        "no row is changed that is not read, and read_auditor asks for the same",
    ),
    (
        "reporting_spend",
        "read_auditor, using: without ( SELECT nrm_holds(",
        "releases are shown to auditors and to the system, which reads these by itself",
    ),
    (
        "reporting_releasefile",
        "read_auditor, using: without ( SELECT nrm_holds(",
        "releases are shown to auditors and to the system, which reads these by itself",
    ),
    ("cases_case", "read_by_name, using: without (id <> ALL (( SELECT cases_excluded", _HIDDEN),
    ("cases_case", "read_group, using: without (id <> ALL (( SELECT cases_excluded", _HIDDEN),
    ("cases_case", "update_by_name, using: without (id <> ALL (( SELECT cases_excluded", _HIDDEN),
    ("cases_case", "update_group, using: without (id <> ALL (( SELECT cases_excluded", _HIDDEN),
    ("cases_deadline", "read_as_referrer, using: without (case_id <> ALL ((", _HIDDEN),
    ("cases_decision", "read_as_referrer, using: without (case_id <> ALL ((", _HIDDEN),
    (
        "cases_case",
        "read_by_name, using: without (g.user_id = ",
        "another's grant by name is shown to who stands near the case, and sees it by that",
    ),
    (
        "cases_case",
        "update_by_name, using: without (g.user_id = ",
        "another's grant by name is shown to who stands near the case; all of these may change it",
    ),
    (
        "cases_case",
        "read_group, using: without ((((g.permission_id)::bigint << 32) + g.group_id)",
        "of the grants to one's own groups the policy shows those that give a right, and others to"
        " who stands near the case, and sees it by that",
    ),
    ("cases_exclusion", "read_near, using: without (l.shelf = ", _OWN_SHELVES),
    ("cases_safecontact", "read_near, using: without (l.shelf = ", _OWN_SHELVES),
    ("cases_safecontact", "read_near, using: '{decide:supervisor,emergency:casew", _OWN_SHELVES),
    (
        "cases_listedcase",
        "read_shelf, using: '{decide:supervisor,emergency:casew",
        "what is added is to have referred, and no case is listed for who referred it",
    ),
    ("cases_documentpart", "insert_parent, check: without (EXISTS ( SELECT FROM cases_li", _BOTH),
    ("cases_documentpart", "insert_parent, check: without ((l.case_id = d.case_id)", _BOTH),
    ("cases_documentpart", "insert_parent, check: without (l.case_id = d.case_id)", _BOTH),
    ("cases_documentpart", "insert_parent, check: without (l.shelf = ", _BOTH),
    ("cases_documentpart", "insert_parent, check: '{decide:supervisor,work:casew", _BOTH),
    (
        "identities_disclosure",
        "insert_opened, check: without (actor_id = ",
        "a trigger writes who acts, whatever was sent",
    ),
    (
        "identities_disclosure",
        "insert_showing, check: without (actor_id = ",
        "a trigger writes who acts, whatever was sent",
    ),
    (
        "identities_token",
        "searched, using: without (s.actor_id = ",
        "the policy of identities_search shows nobody another's search, so `s` is the actor's own",
    ),
    *(
        ("protection_address", f"{name}, {of}: without (r.actor_id = ", _OWN_READING)
        for name, of in (("read_reading", "using"), ("insert_reading", "check"))
    ),
    (
        "protection_addressreading",
        "insert_own, check: without (actor_id = ",
        "a trigger writes who acts, whatever was sent",
    ),
    *(
        ("protection_session", f"read_provider, using: without {condition}", _BY_SERVICE)
        for condition in (*_SHELVES, *_GOES_ON)
    ),
    ("protection_session", "read_provider, using: '{protect:protection_provider}'", _BY_SERVICE),
    ("cases.access.standing_of", "if not getattr(actor, 'is_active'", _TWICE),
    ("cases.access.standing_of", "not getattr(actor, 'is_active', false)", _TWICE),
    (
        "cases.access.visible",
        "if not standing.groups: always false",
        "who holds no role that could have the right is asked for with empty lists",
    ),
    (
        "cases.access._BroughtNear",
        "without g.group_id = ANY (%s)",
        "asked for the index; the pairs of nearness and group say the same and more",
    ),
    ("CaseBackend.has_perm", "without not getattr(user_obj, 'is_active'", _TWICE),
    ("CaseBackend.get_all_permissions", "without not getattr(user_obj, 'is_active'", _TWICE),
    (
        "CaseBackend.get_all_permissions",
        "without not isinstance(obj, Case)",
        "the id of what is no case is that of none, on which nobody has a right",
    ),
    (
        "CaseBackend.get_all_permissions",
        "if not isinstance(obj, case) or not getattr(user_obj, 'is_ac always false",
        "the id of what is no case is that of none; and of the account, as above",
    ),
    (
        "cases.access.find_case",
        "_rights(_near(actor, 'reference', clean)) if clean else froz always true",
        "no case has an empty reference",
    ),
)


def reason(table: str, what: str) -> str:
    """Why this change changes no answer; empty where it might."""
    for of, begins, why in SAME:
        if of in (table, "*") and what.startswith(begins):
            return why
    return ""
