"""Reading prose with a model: what messages promised, what was meant, and what was taken back."""
