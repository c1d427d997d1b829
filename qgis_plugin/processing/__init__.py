"""WholeScene in the Processing toolbox, in models, in batches and in qgis_process: no window is touched."""
