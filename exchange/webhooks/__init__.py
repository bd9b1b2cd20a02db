"""Webhooks: telling the systems of organisations that something has happened in a case, by an id
and the name of an event, and nothing else."""
