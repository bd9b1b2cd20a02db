"""Transfer packs: a case that goes to another state or organisation as one file, which nobody on
the way can read, change or use twice unnoticed."""
