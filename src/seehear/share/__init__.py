"""Sharing trained parsers: safetensors, recipe and model card, on a hub or where fsspec reaches."""

from seehear.share.bundle import MANIFEST, Bundle, bundle
from seehear.share.card import model_card
from seehear.share.transfer import is_address, pull, push

__all__ = ["MANIFEST", "Bundle", "bundle", "is_address", "model_card", "pull", "push"]
