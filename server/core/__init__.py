"""The licensing core: products, licences, activations. No Flask, no HTTP, no clock, no commit."""
