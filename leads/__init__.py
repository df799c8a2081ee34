"""Lead lists, exports and webhooks."""
