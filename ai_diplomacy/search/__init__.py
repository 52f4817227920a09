"""The board looked ahead: what orders lead to, on integers, fast enough to be asked a thousand times a second."""
