"""What a country tells of itself to those who watch over its treaties: indicators as data, each
with its definition, where it is recorded and its value from a published release, or why there is
none. Pure: files in, values out; no database, no clock, and never a case."""
