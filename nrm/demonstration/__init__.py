"""Invented people, so that every page has something to show. Nobody here exists."""
