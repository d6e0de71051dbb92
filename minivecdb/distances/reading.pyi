# Made by tools/stubs.py from reading.py.

__all__ = ['multiply_tile', 'terms_by_lane', 'read_tiles', 'list_bounds', 'read_rows', 'read_products']

def multiply_tile(groups, packed, asked, which, row_terms, limits, scores, masks):
    """Lower bounds of a tile, and which of them are within their query's limit."""
    ...
def terms_by_lane(row_terms, first, here, lanes, out):
    """Write the terms of some rows lane by lane."""
    ...
def read_tiles(
    asked,  # codes [m, w] int8, terms [m, 4], shifts [m] of the queries
    rows,  # codes [n, w] int8, terms [n, 4]
    lists,  # starts [n_lists], sizes [n_lists]
    visits,  # heads [n_lists + 1] and queries: list j is read for queries[heads[j]:heads[j + 1]]
    base,  # position of row 0
    guard,  # mask, place, and where copies are
    state,  # limits, upper ends, lower ends, positions, counts
):
    """Offer the rows of each list to the queries that visit it."""
    ...
def list_bounds(
    wide,  # a query as `widened` returns it
    shift,  # as `widened` returns it
    terms,  # [4] of the query
    rows,  # codes [n, w] int8, terms [n, 4]
    first,  # row
    lows,  # [n] float32, written
):
    """Lower bounds of some rows for one query."""
    ...
def read_rows(asked, rows, starts, sizes, probes, guard, state):
    """Offer the rows of the lists probes[i] to query i, one at a time."""
    ...
def read_products(products, which, row_terms, base, terms, guard, state):
    """Offer rows whose products were computed in float32: the interval is the slack alone."""
    ...
