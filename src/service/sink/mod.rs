//! The application's own store, where record processors put their effects.
