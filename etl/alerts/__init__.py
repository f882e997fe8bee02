"""What leaves the house by itself: alerts about what is new and grave, and a digest a day.

``events`` says what there is to tell, ``digest`` what a day came to, ``message`` puts both into words, ``service``
hands a message over, ``sending`` does it all in order, once. Who is told: ``[[alert]]`` in ``site.toml``.
"""
