"""Forecasts what a store sells each day."""
