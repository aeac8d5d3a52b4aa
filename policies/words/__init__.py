"""The one voice: everything we say to people, as named functions, by what the sentence is for.

What is wrong stands in the present tense and names the thing; a remedy starts with a verb and ends in commands that
work when pasted. Foreign text is escaped by :func:`policies.phrase.say`. Rules never write a sentence of their own.
"""
