//! How long functions, files and lines are.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::source::Source;

pub(crate) const FUNCTION_LINES_MAX: usize = 70;
pub(crate) const FILE_LINES_MAX: usize = 500;
pub(crate) const LINE_COLUMNS_MAX: usize = 120;

/// A function with its length in lines, from `fn` to its last brace.
pub(crate) struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

pub(crate) fn functions(source: &Source) -> Vec<Function> {
    let mut found = Functions(Vec::new());
    found.visit_file(&source.syntax);
    found.0
}

struct Functions(Vec<Function>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.span().start().line;
        let lines = block.span().end().line - line + 1;
        self.0.push(Function { name: signature.ident.to_string(), line, lines });
    }
}

impl Visit<'_> for Functions {
    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }
    fn visit_impl_item_fn(&mut self, item: &syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }
    fn visit_trait_item_fn(&mut self, item: &syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

pub(crate) fn long_functions(source: &Source) -> Vec<String> {
    let long = functions(source).into_iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
    long.map(|long| format!("{}:{}: {} has {} lines", source.name, long.line, long.name, long.lines)).collect()
}

pub(crate) fn long_file(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > FILE_LINES_MAX).then(|| format!("{} has {lines} lines", source.name))
}

pub(crate) fn long_lines(source: &Source) -> Vec<String> {
    let long = (1..).zip(source.text.lines()).filter(|(_, line)| line.chars().count() > LINE_COLUMNS_MAX);
    long.map(|(number, line)| format!("{}:{number} has {} columns", source.name, line.chars().count())).collect()
}

/// Files that do not say what they are.
pub(crate) fn without_opening(source: &Source) -> Option<String> {
    (!source.text.starts_with("//!")).then(|| format!("{} does not open with `//!`", source.name))
}
