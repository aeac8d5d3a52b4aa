"""Webhooks: what happened, who is told, and the sending. https://docs.github.com/webhooks/webhook-events-and-payloads"""
