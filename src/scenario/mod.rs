//! Floor 5: the scenario file: types, parsing, diagnostics, defaults, and compilation into a [`plan::Plan`].

pub mod plan;
