"""The only room with a telephone; everyone else asks it to call."""
