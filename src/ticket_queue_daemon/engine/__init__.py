"""One ticket at a time: poll, claim, plan, write ahead, apply, record, summarise."""
