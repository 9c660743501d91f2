"""What differs between two versions of a workflow: line by line, merged with a third, and in words. Pure."""
