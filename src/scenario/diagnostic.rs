//! What is wrong with a scenario file, pointing into it.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What, in one line.
    pub title: String,
    /// Where, in bytes of the source.
    pub span: Range<usize>,
    /// Said below the underlined text.
    pub label: String,
    /// Another place that belongs to it, and what is said there.
    pub(crate) also: Option<(Range<usize>, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

/// All that is wrong with one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    path: String,
    source: String,
    problems: Vec<Problem>,
}

impl Diagnostics {
    /// Problems of the file at `path`.
    pub fn new(path: &str, source: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        Self { path: path.to_owned(), source: source.to_owned(), problems }
    }
    /// The same, of a file that is called otherwise.
    pub(super) fn of(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }
    /// The problems, in order of the file.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
    /// The same with its help fitted to where it is shown.
    pub(crate) fn with_help(&self, fitted: impl Fn(&str) -> String) -> Self {
        let mut same = self.clone();
        same.problems.iter_mut().for_each(|problem| problem.help = problem.help.as_deref().map(&fitted));
        same
    }
    /// The text for a terminal, with colours or without.
    pub fn render(&self, is_coloured: bool) -> String {
        let renderer = if is_coloured { Renderer::styled() } else { Renderer::plain() };
        let reports: Vec<String> = self.problems.iter().map(|problem| self.report(&renderer, problem)).collect();
        let mut text = reports.join("\n\n");
        if self.problems.len() > 1 {
            text.push_str(&format!("\n\n{} problems in {}; nothing was run.", self.problems.len(), self.path));
        }
        text
    }

    fn report(&self, renderer: &Renderer, problem: &Problem) -> String {
        let mut group = Group::with_title(Level::ERROR.primary_title(problem.title.as_str()));
        // A file that could not be read has no place to point at.
        if !(self.source.is_empty() && problem.label.is_empty()) {
            let end = problem.span.end.clamp(problem.span.start, self.source.len());
            let annotation = AnnotationKind::Primary.span(problem.span.start..end).label(problem.label.as_str());
            let mut snippet = Snippet::source(self.source.as_str()).path(self.path.as_str()).annotation(annotation);
            if let Some((span, label)) = &problem.also {
                snippet = snippet.annotation(AnnotationKind::Context.span(span.clone()).label(label.as_str()));
            }
            group = group.element(snippet);
        }
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group]).to_string()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}
impl std::error::Error for Diagnostics {}
