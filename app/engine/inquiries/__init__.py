"""The rules of questions to people: what may be asked, who may answer, when it is decided, what is kept."""
