"""What a person does on each page, and how a program does the same. Stated by hand: a new page
has a line here, with the calls that do what it shows and what it sends, or the reason why there
are none.
"""

# fmt: off
FOR_PEOPLE_ALONE = {
    "home": "leads a person to their first page",
    "sign_in": "a program signs in by token",
    "welcome": "the owner of an account chooses a password",
    "sign_out": "a token has no session; it is revoked instead",
    "hide_screen": "hides what stands on a screen",
    "reference": "is about REST; programs read api_schema",
    "reference_chapter": "is about REST; programs read api_schema",
    "health_live": "is for machines already",
    "health_ready": "is for machines already",
    "health_work": "is for machines already",
}

COUNTERPARTS = {
    "set_language": "PUT api_account_language",
    # Making a token is not here: a program that could would outlive its own.
    "account": "GET api_account, GET api_tokens, DELETE api_token",
    "revoke_token": "DELETE api_token",
    "administration": "GET api_organisations",
    "organisation_add": "POST api_organisations",
    "organisation": "GET api_organisation, PUT api_organisation, GET api_organisation_accounts",
    "account_add": "POST api_organisation_accounts",
    "administered_account": "GET api_administered_account, POST api_account_roles, "
                            "DELETE api_account_role, POST api_account_closure, "
                            "DELETE api_account_closure",
    "rights_table": "GET api_rights",

    "referrals": "GET api_drafts, GET api_referrals",
    "referral_start": "POST api_drafts, POST api_referrals",
    "prompt_sheet": "GET api_prompt_sheet",
    "drafts": "GET api_drafts",
    "draft": "GET api_draft",
    "draft_check": "GET api_draft, POST api_draft_sending",
    "draft_hand_over": "GET api_draft_hand_over, POST api_draft_hand_over",
    "draft_discard": "DELETE api_draft",
    "draft_page": "GET api_referral_form, PUT api_draft_page",
    "draft_item": "POST api_draft_items, PUT api_draft_item",
    "draft_item_removal": "DELETE api_draft_item",
    "referral": "GET api_referral",
    "referral_receipt": "GET api_referral",
    "referral_following": "POST api_drafts",

    "intake_queue": "GET api_intake",
    "triage": "GET api_case_referrals, GET api_case_assignment, POST api_case_assignment",
    "worklist": "GET api_cases",
    "case": "GET api_case",
    "case_referral": "GET api_case_referrals",
    "case_timeline": "GET api_case_timeline",
    "case_tasks": "GET api_case_tasks, PUT api_case_task",
    "case_notes": "GET api_case_notes, POST api_case_notes",
    "case_documents": "GET api_documents, POST api_documents",
    "document_file": "GET api_document_file",
    "document_withdrawal": "POST api_document_withdrawal",
    "document_return": "DELETE api_document_withdrawal",
    "case_people": "GET api_case_people",
    "show_identity": "POST api_case_disclosures",
    "case_access": "GET api_case_access, GET api_case_access_log, POST api_case_access",
    "case_access_end": "DELETE api_case_access_end",
    "near_cases": "GET api_near",
    "case_summary": "GET api_summary",
    "reviews": "GET api_reviews",
    "dashboard": "GET api_dashboard",
    "batch": "POST api_batches",
    "batch_result": "GET api_batch",
    "inbox": "GET api_inbox, POST api_inbox_read",
    "inbox_item_read": "POST api_inbox_read",

    "workbench": "GET api_screening",
    "screening_start": "GET api_screenings, POST api_screenings",
    "screening": "GET api_screening",
    "evidence_add": "POST api_screening_evidence",
    "evidence": "PUT api_screening_item",
    "evidence_links": "PUT api_screening_finding",
    "episode_add": "POST api_screening_episodes",
    "episode_age": "PUT api_screening_age",
    "finding": "PUT api_screening_finding, DELETE api_screening_finding",
    "contradiction_add": "POST api_screening_contradictions",
    "contradiction": "PUT api_screening_contradiction",
    "screening_completion": "POST api_screening_completion",

    "decisions": "GET api_decisions",
    "decision_start": "POST api_decisions",
    "decision": "GET api_decision, PUT api_decision, POST api_decision_submission",
    "decision_withdraw": "POST api_decision_withdrawal",
    "decision_review": "POST api_decision_review, POST api_decision_verdict",
    "decision_letter": "GET api_letter",
    "decision_serve": "POST api_decision_service",

    "deadlines": "GET api_deadlines",
    "deadline": "GET api_deadline",
    "deadline_pause": "POST api_deadline_pause",
    "deadline_resume": "POST api_deadline_resumption",
    "deadline_extend": "POST api_deadline_extension",

    "statistics": "GET api_statistics",
    "statistics_table": "GET api_statistics_table, POST api_statistics_table",
    "statistics_download": "GET api_statistics_table",
}
# fmt: on
