"""The game itself: positions, orders, press, adjudication. Knows no model, no file, no clock."""
