"""Every shipped layout: a workbook is generated, read by the real engine, and gives back what was put in."""
