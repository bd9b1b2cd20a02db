"""The register of an office on its way in: read, mapped to the questions of the referral, checked,
brought in. `reading` and `mapping` are pure; `actions` writes; `tasks` goes on with it."""
