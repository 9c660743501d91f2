"""Notices about questions: written with what happened (`writing`), delivered by workers (`delivering`)."""
