"""Services that tests run against: real ones, started for the session. One that is not installed fails the tests."""
