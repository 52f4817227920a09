"""One power's mind: memory, the steps it takes, the prompts and the replies."""
