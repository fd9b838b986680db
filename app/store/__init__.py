"""The persistence kernel: engines, column types, the one writer, migrations, backup; how things are kept, never what."""
