"""The standard report as a workbook."""
