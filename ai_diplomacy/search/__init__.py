"""The board looked ahead: what orders lead to, adjudicated on integers and fast enough to ask a thousand times a second."""
