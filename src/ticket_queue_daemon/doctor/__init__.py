"""What is wrong before anything goes wrong: every part is asked, nothing is changed."""
