"""Getting pages of an existing site, politely, and reading them: probe, discover, fetch, parse."""
