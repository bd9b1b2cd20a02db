"""The cases room by REST, one file a noun. Actions and selectors are those of the pages."""
