"""The payload of the live Home Office referral form of the United Kingdom, as a referral."""
