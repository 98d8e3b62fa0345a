"""One stand-alone script per engine, run as `python -m benchmarks.engines.NAME`."""
