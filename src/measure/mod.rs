//! Floor 4: the figures. Folds that count what happened, as reports, expectations and plots use it.
