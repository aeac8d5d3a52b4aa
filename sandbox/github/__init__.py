"""A GitHub on your machine: state over real bare Git repositories, served over real HTTP.

Modelled on GitHub's documentation (https://docs.github.com/rest, https://docs.github.com/webhooks), not on our own
needs. People act through :mod:`sandbox.github.people`; programs through the REST API and webhooks of
:class:`sandbox.github.server.Sandbox`.
"""
