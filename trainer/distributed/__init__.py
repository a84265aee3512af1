"""Several processes that train one run: which one this is, and how they agree. Without torchrun none of it is used."""
