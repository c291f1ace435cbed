"""A conformance check from the text of the standard (OGC 18-088, SensorThings 1.1): the service as a client sees it.

Nothing here is imported from the service. Each test names the requirements that it is for, and test_declared.py demands
a test for each that the service document declares.
"""
