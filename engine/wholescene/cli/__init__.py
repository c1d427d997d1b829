"""The terminal: one file per subcommand, each with ``register(subparsers)`` and ``run(args)``."""
