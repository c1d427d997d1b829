"""WholeScene in QGIS: segment a whole scene and watch the class map grow."""


def classFactory(iface):
    """Called by QGIS to create the plugin."""
    from .plugin import WholeScenePlugin

    return WholeScenePlugin(iface)
