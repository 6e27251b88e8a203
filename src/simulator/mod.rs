//! The carriers' other side: a stateful server that speaks their public APIs and plays the losing providers.
