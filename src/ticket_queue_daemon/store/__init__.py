"""The only room that speaks SQL; if it is not written here, it did not happen."""
