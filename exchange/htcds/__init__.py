"""Records of the Human Trafficking Case Data Standard: taken in as referrals, and written of a
case. The standard itself, without a database, is in `exchange.htcds.standard`."""
