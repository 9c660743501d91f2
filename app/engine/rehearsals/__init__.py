"""What people make of rehearsals: coverage, pictures, and the tests of a pack. The play itself is in `conductor`."""
