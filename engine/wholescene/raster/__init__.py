"""Scene reading, class map writing, class areas: rasterio and numpy only."""
