"""Steps by which the tables of the state store came about. A step that has been released is never changed."""
