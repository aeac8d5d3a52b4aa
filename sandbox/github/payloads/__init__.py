"""The JSON that GitHub shows, made from the state; the shapes are those of https://github.com/github/rest-api-description"""
