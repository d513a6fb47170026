"""The door to what is not TDX: systems that are posted to, and commands that are asked."""
