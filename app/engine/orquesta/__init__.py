"""StackStorm's Orquesta workflows, read and carried over into the language of this project.

`convert.carry_over(text, ...)` gives the text of a workflow of ours and notes about everything that is not the same.
The meaning is carried, not the letters: docs/howto/import-from-stackstorm.md has the table.
"""
