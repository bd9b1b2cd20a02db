"""The audit trail for who reads it: in codes for auditors, what is unusual in it, and what a
supervisor is told of their own staff."""
