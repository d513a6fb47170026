"""What people made of our matches: corrections, precision and recall, and patterns that rest for it.

The engine obeys what this room finds; it needs nothing of the engine. It reads the log and, at one
call a ticket, TDX; the look at a ticket's words goes through ``assets``, as the daemon's own does.
"""
