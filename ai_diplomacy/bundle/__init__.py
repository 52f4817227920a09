"""Games with everything that another needs to check them, in a folder that can be given away."""
