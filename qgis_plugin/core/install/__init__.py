"""Installing the engine: a private environment outside of QGIS's Python and profile, made from the panel."""
