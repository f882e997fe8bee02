"""Three works that keep their books differently: every shipped layout, dialects of export, labelled mistakes, noise.

One file a plant (``plants``), one file a family of mistakes (``slips``), both found by discovery. The site that
``demo`` shows, with orders and revisions: ``etl.simulate.site``.
"""

from etl.simulate.works.make import make_works

__all__ = ["make_works"]
