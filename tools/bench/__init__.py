"""`make bench`: what pages cost, in units of a page that does nothing."""
