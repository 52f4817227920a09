"""The run of any game: stages and barriers, policies, the record and its reader, the folder, timing and trace."""
