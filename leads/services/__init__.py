"""What writes: membership, exports, permissions."""
