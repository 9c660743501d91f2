"""What can be written at a place of a workflow text: keys, values, names; for the editor's completion."""
