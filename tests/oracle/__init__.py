"""A second, slow implementation of the analysis, and its comparison with the first.

The modules ``catalogues``, ``reports``, ``names``, ``possible_use``, ``families`` and ``rows`` are written from the
specification alone, in plain Python with exact fractions. They import nothing from ``src``, so that no fault can be
shared. ``cases`` makes random inputs, ``library`` asks the package, ``comparison`` tells the differences.
"""
