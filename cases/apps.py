from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cases import course_words, joined, policies, ports, rights, sealed
        from cases.actions.adulthood import look_at_adulthood
        from cases.actions.matter_alerts import look_at_matter, look_at_notice, look_at_removal
        from cases.actions.refusing import write_refusal
        from cases.actions.telling import tell_of_account
        from cases.deciding_words import register_all
        from cases.models import Adulthood, Matter, Notice, Removal
        from cases.selectors.inbox import unread
        from cases.selectors.reviews import waiting_for
        from nrm.accounts import notices
        from nrm.accounts.navigation import register, register_own
        from nrm.accounts.rights import ADMINISTER
        from nrm.accounts.roles import Role
        from nrm.web import write_refusals_by

        register("referrals", _("Referrals"), *rights.REFER.roles, order=5)
        register("dashboard", _("Team"), *rights.SEE_DASHBOARD.roles, order=8)
        register("worklist", _("Cases"), *rights.SEE_WORKLIST.roles, order=10)
        register("reviews", _("Reviews"), *rights.SEE_REVIEWS.roles, order=15, count=waiting_for)
        register("intake_queue", _("Intake"), *rights.SEE_INTAKE_QUEUE.roles, order=20)
        register("find_person", _("Find"), *rights.FIND_PEOPLE.roles, order=25)
        register("near_cases", _("Cases"), *rights.SEE_NEAR_CASES.roles, order=10)
        register("notices", _("Matters sent to us"), *rights.ANSWER_NOTICES.roles, order=12)
        register("transfers", _("Transfers"), *rights.ANSWER_TRANSFERS.roles, order=22)
        # Whose work it is to receive finds it in the navigation; who shares, with their account.
        sharers = rights.SEE_WORKLIST.roles
        register("shared", _("Shared with us"), *rights.RECEIVE.roles - sharers, order=60)
        register_own("shared", _("Shared with us"), *sharers)
        register("rights_table", _("Roles and rights"), *ADMINISTER.roles, order=80)
        register_own("covers", _("Cover while I am away"), *rights.HAND_ON.roles)
        register("inbox", _("Inbox"), *Role.values, order=90, count=unread)

        deciding, protecting, record = ports.TabGroup
        for group, order, label, url_name, right in (
            (deciding, 10, _("Overview"), "case", rights.SEE_CASE),
            (deciding, 15, _("Referral"), "case_referral", rights.SEE_REFERRAL),
            (deciding, 30, _("Decisions"), "decisions", rights.DRAFT_DECISION),
            (deciding, 35, _("Questions"), "case_questions", rights.SEE_CASE),
            (deciding, 40, _("Deadlines"), "deadlines", rights.SEE_CASE),
            (deciding, 85, _("Course"), "case_course", rights.SEE_CASE),
            (protecting, 10, _("People and consent"), "case_people", rights.SEE_REFERRAL),
            (protecting, 45, _("Non-punishment"), "case_matters", rights.KEEP_MATTERS),
            (record, 50, _("Documents"), "case_documents", rights.READ_DOCUMENT),
            (record, 53, _("Letters"), "case_letters", rights.WRITE_LETTER),
            (record, 55, _("For a court"), "case_court", rights.SHARE),
            (record, 60, _("Notes"), "case_notes", rights.SEE_CASE),
            (protecting, 60, _("Linked cases"), "case_links", rights.LINK),
            (deciding, 86, _("Hand-over"), "case_handover", rights.READ_HANDOVER),
            (deciding, 87, _("Transfer"), "case_transfer", rights.TRANSFER),
            (record, 80, _("Timeline"), "case_timeline", rights.SEE_CASE),
            (record, 90, _("Access"), "case_access", rights.SEE_ACCESS),
            (record, 95, _("Keeping"), "case_keeping", rights.KEEP_OR_ERASE),
        ):
            ports.register_tab(ports.Tab(label, url_name, right, order, group))
        ports.register_watched(Matter, look_at_matter)
        ports.register_watched(Notice, look_at_notice)
        ports.register_watched(Removal, look_at_removal)
        ports.register_watched(Adulthood, look_at_adulthood)
        register_all()
        course_words.register_all()
        sealed.register_all()
        notices.provide(tell_of_account)
        write_refusals_by(write_refusal)
        policies.register()
        joined.register()
