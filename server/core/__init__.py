"""The licensing core: products, licenses, activations. No Flask, no HTTP, no clock, no commit."""
