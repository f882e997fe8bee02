"""Reference pages made from code, and tests that hold the documents to what is there."""
