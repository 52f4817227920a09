"""One game: its configuration, its phases, who runs the steps when, and the folder it leaves."""
